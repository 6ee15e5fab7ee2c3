"""The index of a gallery as it is now.

A gallery in a folder is looked at before each answer: that is one `stat` call, and a change is
seen at once. One in a database is looked at by a thread, every second: answers never wait for a
network, and while the database is away they go on with the people it had. What this process itself
enrols or removes is seen at once in either case.
"""

import logging
import threading
import weakref
from collections.abc import Mapping

from facewright.errors import FacewrightError
from facewright.gallery.gallery import Gallery
from facewright.gallery.index import Index
from facewright.gallery.reader import Known

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0


class CurrentIndex:
    """An index that follows its gallery; threads may share it.

    Args:
        gallery: The gallery.
        dimension: Length of its embeddings.

    Raises:
        GalleryError: It is damaged, or belongs to another model.
        DatabaseError: The database cannot be used.
    """

    def __init__(self, gallery: Gallery, dimension: int) -> None:
        self._gallery = gallery
        self._dimension = dimension
        self._lock = threading.Lock()
        self._known: Mapping[str, Known] = {}
        self._index = Index((), dimension)
        self._own = gallery.own_changes
        self._away = False
        self._read()
        if gallery.remote:
            _follow(self)

    def get(self) -> Index:
        """Return the index.

        Raises:
            GalleryError: A person of a folder is damaged.
        """
        if not self._gallery.remote:
            if self._gallery.changed():
                self._read()
        elif self._own != self._gallery.own_changes:
            self.look()
        return self._index

    def look(self) -> None:
        """Read who changed, if anybody did; a gallery that cannot be read stays as it was."""
        try:
            own = self._gallery.own_changes
            if own != self._own or self._gallery.changed():
                self._read()
                self._own = own
        except FacewrightError as error:
            if not self._away:
                logger.warning("the people stay as they were: %s", error.message)
            self._away = True
        else:
            if self._away:
                logger.info("the people are followed again")
            self._away = False

    def _read(self) -> None:
        with self._lock:
            self._known = self._gallery.refreshed(self._known)
            people = (each.person for each in self._known.values())
            self._index = Index(people, self._dimension)


def _follow(index: CurrentIndex) -> None:
    """Look at a gallery every second, for as long as its index is in use."""
    ended = threading.Event()
    weakref.finalize(index, ended.set)
    arguments = (weakref.ref(index), ended)
    threading.Thread(target=_looking, args=arguments, name="gallery", daemon=True).start()


def _looking(index: "weakref.ref[CurrentIndex]", ended: threading.Event) -> None:
    while not ended.wait(LOOK_SECONDS):
        if (found := index()) is not None:
            found.look()
        del found
