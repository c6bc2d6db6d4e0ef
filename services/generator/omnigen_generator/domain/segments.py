"""Which pieces the composer prepares: a body per scene, and what lies between two neighbours that no cut parts."""

from collections.abc import Iterable, Mapping
from typing import Any

from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.calls import unit_of, voice_unit
from omnigen_shared.contracts.catalogue import PLANNER_MODEL
from omnigen_shared.contracts.composer import (
    BodyRequest,
    ModelRole,
    PictureRequest,
    RenderRequest,
    SegmentRequest,
    SoundtrackRequest,
    TransitionRequest,
    UsedModel,
    VoiceTrack,
    last_frame_key,
    render_key,
    segment_key,
)
from omnigen_shared.contracts.job import JobRequest, JobSnapshot, SceneState
from omnigen_shared.contracts.media import FrameSize, Transition, frame_size
from omnigen_shared.contracts.storyboard import QUIET_FRAMES, Continuity, PlannedBy, Scene, Storyboard, list_rooms

ClipKeys = Mapping[int, str]
"""Scene number → S3 key of its ingested clip."""


def clip_keys(snapshot: JobSnapshot) -> dict[int, str]:
    """The clips that the record knows of."""
    return {scene.number: scene.clip_key for scene in snapshot.scenes if scene.clip_key is not None}


def body_request(snapshot: JobSnapshot, number: int, clip_key: str, *, is_mute: bool = False) -> BodyRequest:
    """The middle of one scene; the first has no transition before it, the last none after it.

    A mute one has no caption: what is not said is not shown.
    """
    scenes, size = _scenes(snapshot), _size(snapshot)
    return BodyRequest(
        clip_key=clip_key,
        width=size.width,
        height=size.height,
        kept_frames=scenes[number - 1].kept_frames,
        head_frames=0 if number == 1 else scenes[number - 2].transition.frames,
        tail_frames=0 if number == len(scenes) else scenes[number - 1].transition.frames,
        **_list_drawn(snapshot, number, is_mute=is_mute),
    )


def bodies_of(snapshot: JobSnapshot, number: int, clip_key: str) -> tuple[BodyRequest, ...]:
    """A scene's body; and, where the next scene begins with its last frame, the one that this frame is named by.

    That one has no caption, which comes and goes with the speech: the next clip is paid for by that name.
    """
    body, mute = (body_request(snapshot, number, clip_key, is_mute=is_mute) for is_mute in (False, True))
    return (body, mute) if is_chained(snapshot) and mute != body else (body,)


def _list_drawn(snapshot: JobSnapshot, number: int, *, is_mute: bool) -> dict[str, Any]:
    """What is drawn over a scene. A line that is not bought yet is drawn later: the body is then made anew."""
    scenes, order = _scenes(snapshot), snapshot.request
    drawn: dict[str, Any] = {"logo": order.logo}
    speech_key = find_speech_key(snapshot, number) if order.burn_captions and not is_mute else None
    room = list_rooms(scenes)[number - 1]
    if speech_key is not None and room.frames > 0:
        text = scenes[number - 1].narration
        drawn["caption"] = VoiceTrack(speech_key=speech_key, start_frame=QUIET_FRAMES, frames=room.frames, text=text)
    if number == len(scenes) and order.end_card is not None:
        before = 0 if number == 1 else scenes[number - 2].transition.frames
        frames = min(order.end_card.frames, scenes[number - 1].kept_frames - before)
        drawn["end_card"] = order.end_card.model_copy(update={"frames": frames})
    return drawn


def is_chained(snapshot: JobSnapshot) -> bool:
    """Whether each scene begins where the one before it ends."""
    return snapshot.request.continuity is Continuity.CHAINED


def start_frame_key(snapshot: JobSnapshot, number: int) -> str | None:
    """S3 key of the picture that a chained scene begins with; None for the first one, and where nothing is chained.

    KeyError before the scene ahead has its clip.
    """
    if not is_chained(snapshot) or number == 1:
        return None
    ahead = body_request(snapshot, number - 1, clip_keys(snapshot)[number - 1], is_mute=True)
    [(key, _)] = keyed(snapshot, (ahead,))
    return last_frame_key(key)


def transition_request(snapshot: JobSnapshot, left: int, clips: ClipKeys) -> TransitionRequest:
    """The transition from scene `left` to the next one, which is no cut; both clips must be there."""
    scenes, size = _scenes(snapshot), _size(snapshot)
    return TransitionRequest(
        left_clip_key=clips[left],
        left_kept_frames=scenes[left - 1].kept_frames,
        right_clip_key=clips[left + 1],
        right_kept_frames=scenes[left].kept_frames,
        width=size.width,
        height=size.height,
        frames=scenes[left - 1].transition.frames,
        style=scenes[left - 1].transition,
        logo=snapshot.request.logo,
    )


def is_mixed(snapshot: JobSnapshot, left: int) -> bool:
    """Whether something lies between scene `left` and the next one."""
    scenes = _scenes(snapshot)
    return left < len(scenes) and scenes[left - 1].transition is not Transition.CUT


def transitions_around(snapshot: JobSnapshot, number: int) -> tuple[PictureRequest, ...]:
    """A scene's transitions to neighbours that have their bodies: they are made beside its own.

    A neighbour's clip that has none yet may be of no use, and asks for them itself.
    """
    clips = clip_keys(snapshot)
    there = {scene.number for scene in snapshot.scenes if scene.state is SceneState.PREPARED}
    there |= {number} & clips.keys()
    lefts = (left for left in (number - 1, number) if {left, left + 1} <= there and is_mixed(snapshot, left))
    return tuple(transition_request(snapshot, left, clips) for left in lefts)


def all_requests(snapshot: JobSnapshot, *, is_mute: bool = False) -> tuple[PictureRequest, ...]:
    """Every segment of the video, in the order of the video. KeyError while a clip is missing."""
    clips = clip_keys(snapshot)
    ordered: list[PictureRequest] = []
    for scene in _scenes(snapshot):
        if scene.number > 1 and is_mixed(snapshot, scene.number - 1):
            ordered.append(transition_request(snapshot, scene.number - 1, clips))
        ordered.append(body_request(snapshot, scene.number, clips[scene.number], is_mute=is_mute))
    return tuple(ordered)


def render_request(snapshot: JobSnapshot, *, is_silent: bool, is_mute: bool = False) -> RenderRequest:
    """The whole video, with its music and its voices when there are any and the composer can use them."""
    storyboard = snapshot.storyboard
    if storyboard is None:
        raise ValueError(f"{snapshot.job_id} has no storyboard to render")
    music_key = None if is_silent else snapshot.music_key
    voices = () if is_mute else _list_voices(snapshot, storyboard)
    return RenderRequest(
        segment_keys=tuple(key for key, _ in keyed(snapshot, all_requests(snapshot, is_mute=is_mute))),
        total_frames=storyboard.total_frames,
        music_key=music_key,
        voices=voices,
        has_captions=snapshot.request.captions,
        title=storyboard.title,
        models=_list_models(snapshot.request, storyboard, has_music=music_key is not None, has_voices=bool(voices)),
    )


def find_soundtrack(snapshot: JobSnapshot) -> SoundtrackRequest | None:
    """What the render will be given to hear, as soon as all of it is there. It needs no clip."""
    storyboard, request = snapshot.storyboard, snapshot.request
    if storyboard is None or (request.music and snapshot.music_key is None):
        return None
    spoken = [scene.number for scene in storyboard.scenes if request.narration and scene.narration]
    if any(find_speech_key(snapshot, number) is None for number in spoken):
        return None
    return SoundtrackRequest(
        total_frames=storyboard.total_frames,
        music_key=snapshot.music_key,
        voices=_list_voices(snapshot, storyboard),
    )


def _list_models(
    request: JobRequest, storyboard: Storyboard, *, has_music: bool, has_voices: bool
) -> tuple[UsedModel, ...]:
    """Those that had a part in what is seen and heard."""
    names = {
        ModelRole.PLAN: PLANNER_MODEL.name if storyboard.planned_by is PlannedBy.MODEL else None,
        ModelRole.PICTURE: request.model,
        ModelRole.MUSIC: request.music_model if has_music else None,
        ModelRole.SPEECH: request.speech_model if has_voices else None,
    }
    return tuple(UsedModel(role=role, name=name) for role, name in names.items() if name is not None)


def list_work(snapshot: JobSnapshot) -> tuple[str, ...]:
    """Keys of everything that the composer may have been asked for, of a job that is at any point."""
    if snapshot.storyboard is None or snapshot.recipe_id is None:
        return ()
    clips = clip_keys(snapshot)
    lefts = (left for left in clips if left + 1 in clips and is_mixed(snapshot, left))
    requests: list[SegmentRequest] = [
        body for number, clip in clips.items() for body in bodies_of(snapshot, number, clip)
    ]
    requests += [transition_request(snapshot, left, clips) for left in lefts]
    videos: set[RenderRequest] = set()
    if len(clips) == len(snapshot.storyboard.scenes):
        sounds = ((is_silent, is_mute) for is_silent in (False, True) for is_mute in (False, True))
        videos = {render_request(snapshot, is_silent=silent, is_mute=mute) for silent, mute in sounds}
    requests += {video.soundtrack for video in videos} | ({early} if (early := find_soundtrack(snapshot)) else set())
    user_id, recipe_id = UserId(snapshot.user_id), pinned_recipe(snapshot)
    renders = (render_key(user_id, recipe_id, video) for video in videos)
    return (*(key for key, _ in keyed(snapshot, requests)), *renders)


def _list_voices(snapshot: JobSnapshot, storyboard: Storyboard) -> tuple[VoiceTrack, ...]:
    """Lines whose speech is there, each in its scene's room."""
    rows = zip(storyboard.scenes, list_rooms(storyboard.scenes), strict=True)
    found = ((scene, room, find_speech_key(snapshot, scene.number)) for scene, room in rows if room.frames > 0)
    return tuple(
        VoiceTrack(speech_key=key, start_frame=room.start_frame, frames=room.frames, text=scene.narration)
        for scene, room, key in found
        if key is not None
    )


def find_speech_key(snapshot: JobSnapshot, number: int) -> str | None:
    """Where a scene's spoken line lies, once it is bought."""
    if not snapshot.request.narration:
        return None
    mine = (intent for intent in snapshot.intents if unit_of(intent.intent_id) == voice_unit(number))
    usable = (intent for intent in mine if intent.output_key is not None and intent.spoiled is None)
    return next((intent.output_key for intent in usable), None)


def keyed(snapshot: JobSnapshot, requests: Iterable[SegmentRequest]) -> tuple[tuple[str, SegmentRequest], ...]:
    """Each request with its key under the recipe that the job is pinned to."""
    user_id, recipe_id = UserId(snapshot.user_id), pinned_recipe(snapshot)
    return tuple((segment_key(user_id, recipe_id, request), request) for request in requests)


def pinned_recipe(snapshot: JobSnapshot) -> str:
    """The recipe that was stored with the storyboard; ValueError before that."""
    if snapshot.recipe_id is None:
        raise ValueError(f"{snapshot.job_id} is not pinned to a recipe yet")
    return snapshot.recipe_id


def _scenes(snapshot: JobSnapshot) -> tuple[Scene, ...]:
    if snapshot.storyboard is None:
        raise ValueError(f"{snapshot.job_id} has no storyboard yet")
    return snapshot.storyboard.scenes


def _size(snapshot: JobSnapshot) -> FrameSize:
    return frame_size(snapshot.request.aspect_ratio, snapshot.request.resolution)
