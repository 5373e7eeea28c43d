"""The shapes of the API's JSON, for validation and for the OpenAPI description."""

from apiflask import FileSchema, Schema
from apiflask.fields import Boolean, Dict, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range, Regexp
from marshmallow import EXCLUDE

from library import IMAGE_WIDTHS, LARGEST_PAGE, Sort

BYTES = FileSchema(type="string", format="binary")  # of a response that is no JSON
KINDS = ("video", "photo")
SORTS = tuple(sort.value for sort in Sort if sort is not Sort.DEFAULT)
QUALITIES = ("auto", "1080", "720", "480")
MOST_SUBTITLES = 256  # tracks of a film: its own, then up to 100 files beside it
NAME = (Length(min=1, max=60), Regexp(r"^[^\x00-\x1f\x7f-\x9f\ud800-\udfff]*$", error="Not plain text."))
SECRET = Regexp(r"^[\x21-\x7e]{1,200}$", error="Not a code.")


class HealthOut(Schema):
    """How the server is."""

    status = String(required=True, validate=OneOf(["ok"]))
    vault = String(required=True, validate=OneOf(["locked", "unlocked"]))


class MeOut(Schema):
    """The device that asks."""

    device_id = String(required=True)
    role = String(required=True, validate=OneOf(["tv", "phone", "owner"]))
    vault = String(required=True, validate=OneOf(["locked", "unlocked"]))


class UnlockIn(Schema):
    """The passphrase of the vault."""

    passphrase = String(required=True, validate=Length(max=4096), metadata={"format": "password"})


class ScrubOut(Schema):
    """How many of the files were read whole lately, and how many are damaged."""

    running = Boolean(required=True)
    checked = Integer(required=True)
    total = Integer(required=True)
    damaged = Integer(required=True)


class ScanOut(Schema):
    """How far the scan is; `scrub` is absent where it is turned off."""

    running = Boolean(required=True)
    done = Integer(required=True)
    total = Integer(allow_none=True)
    scrub = Nested(ScrubOut)


class ConversionsOut(Schema):
    """How much is going on: `playing` of at most `limit` films are converted."""

    playing = Integer(required=True)
    limit = Integer(required=True)
    passed_on = Integer(required=True)
    waiting = Integer(required=True)
    viewers = Integer(required=True)
    memory_size = Integer(required=True)


class EncoderOut(Schema):
    """An encoder; `cost` is seconds of work per second of a 1080p film, where it was measured."""

    name = String(required=True)
    device = String(required=True, allow_none=True)
    reads = Boolean(required=True)
    works = Boolean(required=True)
    chosen = Boolean(required=True)
    reason = String(required=True)
    cost = Float(required=True, allow_none=True)


class ServerOut(Schema):
    """How the server does."""

    conversions = Nested(ConversionsOut, required=True)
    encoders = List(Nested(EncoderOut), required=True)


class PairIn(Schema):
    """A screen that wants to be paired."""

    name = String(load_default="TV", validate=NAME)


class PairOut(Schema):
    """RFC 8628, section 3.2."""

    device_code = String(required=True)
    user_code = String(required=True)
    verification_uri = String(required=True)
    verification_uri_complete = String(required=True)
    expires_in = Integer(required=True)
    interval = Integer(required=True)


class TokenIn(Schema):
    """RFC 8628, section 3.4, and the one-time link of this server."""

    class Meta:
        """OAuth clients send further fields, `client_id` for one."""

        unknown = EXCLUDE

    grant_type = String(required=True)
    device_code = String(validate=SECRET)
    invitation = String(validate=SECRET)
    name = String(load_default="Browser", validate=NAME)


class TokenOut(Schema):
    """The token of a paired device; the cookie of the same answer holds it too."""

    token_type = String(required=True, validate=OneOf(["Bearer"]))
    access_token = String(required=True)
    role = String(required=True)
    device_id = String(required=True)


class UserCodeIn(Schema):
    """The code that a screen shows."""

    user_code = String(required=True, validate=Length(max=40))


class WaitingOut(Schema):
    """The screen that shows a code."""

    name = String(required=True)
    address = String(required=True)


class ItemsQuery(Schema):
    """Which items, in which order, which page."""

    folder = String()
    q = String(validate=Length(max=200))
    kind = String(validate=OneOf(KINDS))
    begun = Boolean(load_default=False)
    sort = String(validate=OneOf(SORTS))
    cursor = String(validate=Length(max=2000))
    limit = Integer(load_default=60, validate=Range(min=1, max=LARGEST_PAGE))


class PositionIn(Schema):
    """Where somebody is in a video, in seconds of playing time."""

    position_s = Float(required=True, validate=Range(min=0))


class LocationOut(Schema):
    """WGS 84."""

    lat = Float(required=True)
    lon = Float(required=True)


class PlaybackOut(Schema):
    """How the screen of the asked profile plays a video."""

    decision = String(required=True, validate=OneOf(["direct", "remux", "transcode"]))
    reason = String(required=True)
    file = String(required=True)
    hls = String(required=True)


class ItemOut(Schema):
    """A folder, a film, a photo or another file; fields that are not known are left out."""

    id = String(required=True)
    kind = String(required=True, validate=OneOf(["folder", "video", "photo", "other"]))
    name = String(required=True)
    path = String(required=True)
    title = String(required=True)
    mime = String()
    size = Integer()
    parent = String(allow_none=True)
    child_count = Integer()
    duration_s = Float()
    width = Integer()
    height = Integer()
    taken_at = String()
    added_at = String()
    modified_at = String()
    changed_at = String()
    position_s = Float()
    watched_at = String()
    location = Nested(LocationOut)
    problem = String()
    partly = Boolean()
    image = String(allow_none=True)


class ItemDetailOut(ItemOut):
    """Everything known of one item."""

    media = Dict()
    playback = Nested(PlaybackOut)


class PreviewsOut(Schema):
    """Small pictures of a film: one every `interval_s`, `columns` by `rows` of them on each sheet, in rows."""

    interval_s = Float(required=True)
    width = Integer(required=True)
    height = Integer(required=True)
    columns = Integer(required=True)
    rows = Integer(required=True)
    count = Integer(required=True)
    sheets = List(String(), required=True)


class NextItemOut(ItemOut):
    """The video that follows."""


class ItemsOut(Schema):
    """One page of items."""

    items = List(Nested(ItemOut), required=True)
    next = String(required=True, allow_none=True)


class ProfileQuery(Schema):
    """The screen profile that decides how an item is played, and what the screen says of itself."""

    profile = String(load_default="baseline", validate=Length(max=200))
    can = String(load_default="", validate=Length(max=200), metadata={"example": "hevc,ac3,-vp9"})
    convert = Boolean()  # whatever the screen plays: what it was given before did not play


class StreamQuery(ProfileQuery):
    """A stream for a screen; `ticket` stands for the token where a player sends none."""

    audio = Integer(validate=Range(min=0, max=63))
    burn = Integer(validate=Range(min=0, max=MOST_SUBTITLES - 1))
    quality = String(validate=OneOf(QUALITIES))
    subtitles = String(load_default="on", validate=OneOf(["on", "off"]))
    start = Float(validate=Range(min=0))
    ticket = String()


class ImageQuery(Schema):
    """How wide the picture may be, in pixels."""

    w = Integer(load_default=440, validate=OneOf(IMAGE_WIDTHS))
