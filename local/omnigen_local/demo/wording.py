"""Words that everything in the demo says alike."""


def printable(text: object) -> str:
    """One line of it without anything that a terminal would act on."""
    return "".join(character if character.isprintable() else " " for character in str(text))


def count(number: int, noun: str) -> str:
    """`1 scene`, `3 scenes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
