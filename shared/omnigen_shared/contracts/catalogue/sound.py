"""The models for music and speech, the default of each first."""

from typing import Final

from omnigen_shared.contracts.catalogue.entries import MusicModel, SpeechModel

MUSIC: Final = (
    MusicModel(
        name="minimax/music-1.5", price_microusd=30_000, longest_s=60, lyrics_input="lyrics", typical_latency_s=30
    ),
    MusicModel(name="google/lyria-3", price_microusd=40_000, longest_s=30, typical_latency_s=30),
    MusicModel(
        name="stability-ai/stable-audio-2.5",
        price_microusd=200_000,
        longest_s=190,
        duration_input="duration",
        seed_input="seed",
        typical_latency_s=30,
    ),
)
SPEECH: Final = (
    SpeechModel(
        name="minimax/speech-02-turbo",
        price_microusd_per_1k=60_000,
        voice_input="voice_id",
        voices=("Wise_Woman", "Calm_Woman", "Deep_Voice_Man", "Casual_Guy"),
        speed_input="speed",
        typical_latency_s=10,
    ),
    SpeechModel(
        name="resemble-ai/chatterbox-turbo",
        price_microusd_per_1k=25_000,
        voice_input="voice",
        voices=("Andy", "Abigail"),
        seed_input="seed",
        typical_latency_s=10,
    ),
    SpeechModel(name="inworld/tts-1.5-max", price_microusd_per_1k=10_000, typical_latency_s=10),
)
