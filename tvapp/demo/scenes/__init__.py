"""The moving pictures: each scene paints its layers once and puts them together anew for every frame."""

from tvapp.demo.scenes.aurora import AuroraScene
from tvapp.demo.scenes.dunes import DunesScene
from tvapp.demo.scenes.harbour import HarbourScene
from tvapp.demo.scenes.lighthouse import LighthouseScene
from tvapp.demo.scenes.strip import Scene

__all__ = ["AuroraScene", "DunesScene", "HarbourScene", "LighthouseScene", "Scene"]
