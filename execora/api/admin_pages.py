"""The admin's own pages about logins: entering with a second factor, a new password, and enrolling an app."""

from typing import Any

import segno
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.safestring import mark_safe
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm
from unfold.widgets import BASE_INPUT_CLASSES

from execora.api.admin import actor_in_admin, admin_actor
from execora.api.limits import take_login, take_password
from execora.core.errors import DomainError
from execora.core.logins import change_password
from execora.core.models import User
from execora.core.second_factor import (
    Enrolled,
    Offer,
    check_second_factor,
    enrol_second_factor,
    has_second_factor,
    offer_second_factor,
    remove_second_factor,
    same_offer,
)


class LoginForm(AuthenticationForm):  # type: ignore[misc]  # unfold carries no types
    """Name, password and, for who has one, a code of their second factor. Counted as REST counts logins."""

    totp = forms.CharField(
        label="Code of your second factor, if you have one",
        max_length=20,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "class": " ".join(BASE_INPUT_CLASSES)}
        ),
    )

    def clean(self) -> dict[str, Any]:
        try:
            take_login(self.request, self.cleaned_data.get("username", ""))
        except DomainError as refused:
            raise ValidationError(refused.message) from refused
        return super().clean()

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        try:
            check_second_factor(user, self.cleaned_data.get("totp"), now=timezone.now())
        except DomainError as refused:
            raise ValidationError(refused.message, code=refused.code) from refused


class PasswordForm(AdminOwnPasswordChangeForm):  # type: ignore[misc]  # unfold carries no types
    """Changes the password by the command, which ends the user's logins on REST and sockets."""

    def __init__(self, *given: Any, request: HttpRequest, **named: Any) -> None:
        super().__init__(*given, **named)
        self.request = request

    def clean_old_password(self) -> str:
        try:
            take_password(self.request, self.user.pk)
        except DomainError as refused:
            raise ValidationError(refused.message, code=refused.code) from refused
        old: str = super().clean_old_password()
        return old

    def save(self, commit: bool = True) -> User:
        changed: User = change_password(
            actor_in_admin(self.user),
            current_password=self.cleaned_data["old_password"],
            new_password=self.cleaned_data["new_password1"],
            kept_session_id=None,
        )
        self.user.password, self.user.login_epoch = changed.password, changed.login_epoch
        return changed


class _PasswordChange(PasswordChangeView):
    """Django's page, whose form counts from where it is sent."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}


def password_change(request: HttpRequest) -> HttpResponseBase:
    """Django's page with our form."""
    view = _PasswordChange.as_view(
        form_class=PasswordForm,
        success_url=reverse_lazy("admin:password_change_done"),
        extra_context=admin.site.each_context(request),
    )
    return view(request)


def second_factor(request: HttpRequest) -> HttpResponse:
    """Show a key to enrol an app with, or that there is one; take the code that confirms or removes it."""
    user, actor = _person(request), admin_actor(request)
    code = request.POST.get("code", "").strip()[:20]
    try:
        if request.method == "POST" and "remove" in request.POST:
            check_second_factor(user, code, now=actor.now)
            remove_second_factor(actor)
            messages.success(request, "Your second factor was removed.")
            return redirect(reverse("second-factor"))
        if request.method == "POST":
            return _page(request, enrolled=_enrol(request, user, code))
    except DomainError as refused:
        messages.error(request, refused.message)
    if has_second_factor(user):
        return _page(request)
    return _page(request, offer=same_offer(user, request.POST.get("sealed", "")[:1000]) or offer_second_factor(user))


def _enrol(request: HttpRequest, user: User, code: str) -> Enrolled:
    """Enrol, and let this browser stay in when the user's other logins end.

    Raises: as `take_password` and `enrol_second_factor`.
    """
    take_password(request, user.pk)
    given = {
        "current_password": request.POST.get("password", "")[:200],
        "sealed": request.POST.get("sealed", "")[:1000],
    }
    enrolled = enrol_second_factor(actor_in_admin(user), code=code, **given)
    user.refresh_from_db(fields=["password", "login_epoch"])
    update_session_auth_hash(request, user)
    return enrolled


def _person(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise TypeError("The admin lets nobody in who is no user.")
    return user


def _page(request: HttpRequest, *, offer: Offer | None = None, enrolled: Enrolled | None = None) -> HttpResponse:
    shown: dict[str, Any] = {"title": "Second factor", "offer": offer, "enrolled": enrolled}
    if offer is not None:
        # Made by segno of our own text: nothing that came from outside is in it.
        shown["qr"] = mark_safe(segno.make(offer.address, micro=False).svg_inline(scale=5, light="#fff"))  # noqa: S308
        shown["key"] = " ".join(offer.key_base32[i : i + 4] for i in range(0, len(offer.key_base32), 4))
    return render(request, "execora/second_factor.html", {**admin.site.each_context(request), **shown})
