"""Items as the API's JSON says them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from library import Item, SubtitleTrack
from transcoder import Decision, MediaInfo, PreviewLayout

API = "/api/v1"


def item_json(item: Item) -> dict[str, Any]:
    """Return what a listing says of an item."""
    known: dict[str, Any] = {
        "id": item.id,
        "kind": item.kind,
        "name": item.name,
        "path": item.path,
        "title": item.title,
        "mime": item.mime,
        "size": item.size,
        "child_count": item.child_count,
        "duration_s": item.duration_s,
        "width": item.width,
        "height": item.height,
        "taken_at": item.taken_at,
        "added_at": item.added_at,
        "modified_at": item.modified_at,
        "changed_at": item.changed_at,
        "problem": item.problem,
        "position_s": item.position_s,
        "watched_at": item.watched_at,
    }
    body: dict[str, Any] = {name: value for name, value in known.items() if value is not None}
    body["parent"] = item.parent_id
    body["image"] = f"{API}/items/{item.id}/image" if item.has_image else None
    if item.partly:
        body["partly"] = True
    if item.location is not None:
        body["location"] = {"lat": item.location[0], "lon": item.location[1]}
    return body


def playback_json(
    item: Item, decision: Decision, profile: str, ticket: str, *, convert: bool = False
) -> dict[str, Any]:
    """Return how a screen plays a video, with addresses that need no further token."""
    base = f"{API}/items/{item.id}"
    asked = {"profile": profile} | ({"convert": 1} if convert else {}) | {"ticket": ticket}
    return {
        "decision": decision.mode,
        "reason": decision.reason,
        "file": f"{base}/file?{urlencode({'ticket': ticket})}",
        "hls": f"{base}/hls/master.m3u8?{urlencode(asked)}",
    }


def media_json(info: MediaInfo) -> dict[str, Any]:
    """Return the streams of a video, as far as a screen may want to show them."""
    return {
        "chapters": [{"start_s": one.start_s, "title": one.title} for one in info.chapters],
        "video": [
            {
                "codec": stream.codec,
                "profile": stream.profile,
                "width": stream.upright_width,
                "height": stream.upright_height,
                "fps": stream.fps,
                "bit_depth": stream.bit_depth,
                "hdr": stream.hdr,
            }
            for stream in info.video
        ],
        "audio": [
            {
                "index": position,
                "codec": stream.codec,
                "channels": stream.channels,
                "language": stream.language,
                "title": stream.title,
                "default": stream.default,
            }
            for position, stream in enumerate(info.audio)
        ],
    }


def previews_json(item_id: str, layout: PreviewLayout, ticket: str) -> dict[str, Any]:
    """Return where the small pictures of a film are."""
    base, asked = f"{API}/items/{item_id}/previews", urlencode({"ticket": ticket})
    return {
        "interval_s": layout.interval_s,
        "width": layout.width,
        "height": layout.height,
        "columns": layout.columns,
        "rows": layout.rows,
        "count": layout.count,
        "sheets": [f"{base}/{index}.jpg?{asked}" for index in range(layout.sheet_count)],
    }


def subtitles_json(item: Item, tracks: Sequence[SubtitleTrack], ticket: str) -> list[dict[str, Any]]:
    """Return the subtitle tracks of a video; those of text with an address that needs no further token."""
    base = f"{API}/items/{item.id}/subtitles"
    return [
        {
            "index": track.index,
            "codec": track.codec,
            "language": track.language,
            "title": track.title,
            "forced": track.forced,
            "default": track.default,
            "text": track.is_text,
            "url": f"{base}/{track.index}.vtt?{urlencode({'ticket': ticket})}" if track.is_text else None,
        }
        for track in tracks
    ]
