"""Runs in .venv-bench: cuts the clips of a plan (JSON, first argument) as moviepy's users do."""

import json
import sys

from moviepy import AudioFileClip, CompositeAudioClip, VideoFileClip, afx, concatenate_videoclips, vfx

plan = json.loads(sys.argv[1])
clips = [VideoFileClip(path).subclipped(0, plan["clip_s"]).resized(tuple(plan["size"])) for path in plan["clips"]]
faded = [clips[0], *(clip.with_effects([vfx.CrossFadeIn(plan["fade_s"])]) for clip in clips[1:])]
video = concatenate_videoclips(faded, padding=-plan["fade_s"], method="compose")
music = AudioFileClip(plan["music"]).with_effects([afx.AudioLoop(duration=video.duration), afx.MultiplyVolume(0.5)])
sounds = [music] if video.audio is None else [video.audio, music]
video.with_audio(CompositeAudioClip(sounds)).write_videofile(
    plan["video"],
    fps=plan["fps"],
    codec="libx264",
    audio_codec="aac",
    preset="fast",
    ffmpeg_params=["-crf", "23"],
    threads=2,
    logger=None,
)
