"""Forms of the team: an invitation, the person who takes it, and a key."""

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import User

from accounts import keys, seats

YEAR, MONTH = 365, 30


class InviteForm(forms.Form):
    """Whom to invite, to which seat."""

    email = forms.EmailField(error_messages={"required": "Write the e-mail address of the person you invite."})
    role = forms.ChoiceField(choices=[(role, words[0]) for role, words in seats.WORDS.items()])


class JoinForm(BaseUserCreationForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A new person: how they sign in, and how they sign decisions."""

    first_name = forms.CharField(
        max_length=80, error_messages={"required": "Write your name: decisions are signed with it."}
    )

    class Meta:
        model = User
        fields = ("first_name", "username")


class KeyForm(forms.Form):
    """A key for a program: what it is for, what it may do, how long."""

    name = forms.CharField(max_length=80, error_messages={"required": "Say which program uses the key."})
    scopes = forms.MultipleChoiceField(
        choices=list(keys.SCOPES.items()), error_messages={"required": "Choose at least one thing the key may do."}
    )
    days = forms.TypedChoiceField(
        choices=[(YEAR, "a year"), (MONTH, "30 days"), (0, "without end")], coerce=int, initial=YEAR
    )
