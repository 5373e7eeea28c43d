#!/bin/sh
# Brings the programs that the tests drive: a real browser, another player, real mDNS clients, an independent ffprobe.
# Debian's packages, installed where that is allowed; where it is not, says what is missing and fails.
set -eu

missing=
need() { # need COMMAND PACKAGE
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
PATH=$PATH:/usr/sbin:/sbin
need chromium chromium
need ffprobe ffmpeg
need gst-play-1.0 "gstreamer1.0-plugins-base-apps gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-libav"
need ip iproute2
need avahi-daemon avahi-daemon
need avahi-browse avahi-utils
need dbus-daemon dbus
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing for the tests:$missing"
    apt-get update -qq
    # The tests start avahi by themselves, in networks of their own. The system's own shall not start for them.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "the tests need these packages; install them first: apt-get install$missing" >&2
    exit 1
fi
