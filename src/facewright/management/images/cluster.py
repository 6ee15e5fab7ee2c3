"""Images on their way to the registry of a cluster, sent by us: no daemon is asked."""

from facewright.containers.oci.descriptor import Descriptor
from facewright.containers.oci.layout import Layout
from facewright.containers.oci.open_registry import open_registry
from facewright.containers.oci.reference import Reference
from facewright.environments.kubernetes.settings import ClusterSettings
from facewright.environments.service_engine import Hear
from facewright.management.images.names import docker_name
from facewright.management.images.push import push_image
from facewright.management.records import Environment, ImageRecord


def send_image(
    layout: Layout, whole: Descriptor, image: ImageRecord, environment: Environment, hear: Hear
) -> str:
    """Send an image to the registry of an environment, unless it is there.

    Returns:
        Where it is, by digest, as nodes fetch it.

    Raises:
        ImageError: The registry does not answer, or refuses.
        MissingLibrary: What speaks to registries is not installed.
    """
    settings = ClusterSettings.from_details(environment.details)
    place = Reference.parse(f"{settings.registry}/{docker_name(image)}")
    if open_registry(place, plain_http=settings.plain_http).digest() != whole.digest:
        hear(f"Sending the image to {place}. This may take a few minutes...")
        push_image(
            layout,
            whole,
            place,
            compression="none",  # the digest stays the image's own
            plain_http=settings.plain_http,
            hear=lambda done, total: None,
        )
    return str(Reference(place.host, place.repository, place.tag, whole.digest))
