"""What may go wrong while a video is drawn, spoken or encoded. Messages name the thing and the way out."""


class RenderError(RuntimeError):
    """The video cannot be made from what was given; trying again without a change will not help."""


class SpeechDoesNotFit(RenderError):
    """A narration line is too long for its window, even spoken at the fastest permitted pace."""
