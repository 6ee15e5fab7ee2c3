"""Container images as files: written, read and moved without any container engine.

Follows the OCI Image Format Specification 1.1 (image-spec) and its image layout.
"""
