"""What may go wrong while a video is drawn, spoken or encoded. Messages name the thing and the way out."""


class RenderError(RuntimeError):
    """The video cannot be made from what was given; trying again without a change will not help."""

    is_permanent = True


class CannotWrite(RenderError):
    """A file cannot be written: the disk is full or not there. It may work later."""

    is_permanent = False


class SpeechDoesNotFit(RenderError):
    """A narration line is too long for its window, even spoken at the fastest permitted pace."""


class NoRoomForText(RenderError):
    """A caption finds no free place in the frame, even at its smallest size."""
