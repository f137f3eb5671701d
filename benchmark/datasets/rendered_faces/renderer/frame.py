"""The head's frame: from head units, turned by yaw, pitch and roll, to fractions of the image and back."""

import math

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.rendered_faces.renderer.canvas import Field, Patch
from benchmark.datasets.rendered_faces.renderer.geometry import Pose
from benchmark.datasets.rendered_faces.renderer.shapes import Points

# How squared depth falls along x and y on the ellipsoid of half extents 1.08, 1.6 and depth 0.95.
_FALL = -0.9025 * np.array((1.08, 1.6)) ** -2.0


class HeadFrame:
    """Places shapes given in head units; yaw and pitch move a point by its depth, roll turns the head plane."""

    def __init__(self, pose: Pose) -> None:
        """Precompute the pose's rotation."""
        self.scale = pose.scale
        self._squeeze = np.array((math.cos(pose.yaw), 1.0))
        self._turn = np.array((math.sin(pose.yaw), math.sin(pose.pitch)))
        cos, sin = math.cos(pose.roll), math.sin(pose.roll)
        self._rotation = np.array(((cos, sin), (-sin, cos))) * pose.scale
        self._inverse = np.array(((cos, sin), (-sin, cos))) / pose.scale
        self._centre = np.array((pose.centre_x, pose.centre_y))
        self._body_origin = self._centre - (0.6 * pose.roll * pose.scale, 0.0)

    def project(self, points: Points, depth: float | NDArray[np.float64] = 0.0) -> Points:
        """Turn (N, 2) points at a depth (towards the viewer, one number or (N,)) into the head plane."""
        shift = depth * self._turn if isinstance(depth, float) else depth[:, None] * self._turn
        turned: Points = points * self._squeeze + shift
        return turned

    def project_face(self, points: Points) -> Points:
        """Turn (N, 2) points that lie on the face's ellipsoid into the head plane."""
        return self.project(points, np.sqrt(np.maximum((points * points) @ _FALL + 0.9025, 0.0)))

    def lay(self, plane: Points) -> Points:
        """Carry (N, 2) points of the head plane to fractions of the image."""
        laid: Points = plane @ self._rotation + self._centre
        return laid

    def place(self, points: Points, depth: float | NDArray[np.float64] = 0.0) -> Points:
        """Carry (N, 2) points at a depth to fractions of the image."""
        return self.lay(self.project(points, depth))

    def on_face(self, points: Points) -> Points:
        """Carry (N, 2) points of the face's surface to fractions of the image."""
        return self.lay(self.project_face(points))

    def on_body(self, points: Points) -> Points:
        """Carry (N, 2) points of neck and shoulders, which follow the head's place but hardly its turn."""
        moved: Points = points * self.scale + self._body_origin
        return moved

    def plane_of(self, patch: Patch, size: int) -> tuple[Field, Field]:
        """Return the head-plane x and y, each (h, w), of a patch's pixel centres."""
        columns = (np.arange(patch.cols.start, patch.cols.stop) + 0.5) / size - self._centre[0]
        rows = (np.arange(patch.rows.start, patch.rows.stop) + 0.5)[:, None] / size - self._centre[1]
        across, down = columns.astype(np.float32), rows.astype(np.float32)
        turn = self._inverse.astype(np.float32)
        return across * turn[0, 0] + down * turn[0, 1], across * turn[1, 0] + down * turn[1, 1]

    def texture_matrix(self, patch: Patch, size: int, extent: float, texels: int) -> NDArray[np.float64]:
        """Return the (2, 3) map from a patch's pixels to the texels of a head-plane texture over [-extent, extent]."""
        zoom = texels / (2.0 * extent)
        linear = self._inverse * (zoom / size)
        first = (np.array((patch.cols.start, patch.rows.start)) + 0.5) / size - self._centre
        offset = (self._inverse @ first + extent) * zoom - 0.5
        return np.column_stack((linear, offset))
