"""What a person must say to decide about a video: their name, and why."""

from django import forms


class ApprovalForm(forms.Form):
    """A yes carries a name; a reason is welcome."""

    approver = forms.CharField(max_length=150, error_messages={"required": "Say who approves: a name is kept with it."})
    reason = forms.CharField(max_length=1000, required=False)
    is_shown = forms.BooleanField(required=False)


class RejectionForm(forms.Form):
    """A no carries a name and a reason, from which the next plan can learn."""

    by = forms.CharField(max_length=150, error_messages={"required": "Say who rejects: a name is kept with it."})
    reason = forms.CharField(
        max_length=1000, error_messages={"required": "Say what is wrong: the reason is kept with the video."}
    )


class WithdrawalForm(forms.Form):
    """Taking a yes back carries a name and a reason; both stay with the file for everybody who verifies it."""

    by = forms.CharField(max_length=150, error_messages={"required": "Say who withdraws: a name is kept with it."})
    reason = forms.CharField(
        max_length=1000, error_messages={"required": "Say why: whoever verifies the file reads it."}
    )
