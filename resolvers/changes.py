"""Changes of homes, as subscribers get them. AppSync answers these fields by itself: here stand their signatures."""

from data.records import Id, PropertyChange, ZipChange, ZipCode


def publish_property_change(input: PropertyChange) -> PropertyChange | None:
    """Tells the subscribers of a home what changed."""
    return input


def publish_zip_change(input: ZipChange) -> ZipChange | None:
    """Tells the subscribers of a ZIP what changed; once for each ZIP concerned."""
    return input


def on_property_change(property_id: Id) -> PropertyChange | None:
    """The changes of a home, whoever makes them."""
    return None


def on_zip_change(zip_code: ZipCode) -> ZipChange | None:
    """The changes of the homes in a ZIP, whoever makes them."""
    return None
