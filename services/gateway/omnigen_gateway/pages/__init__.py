"""Files that the gateway serves as they are: the API's document, and the page that shows it."""
