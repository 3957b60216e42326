"""The base of every admin page: what is seen is `visible_to` the actor, what is written goes through a command."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from execora.core.actor import Actor, Channel
from execora.core.errors import DomainError, NotPermitted
from execora.core.models import User
from execora.core.money import indian_rupees, parse_rupees, rupees
from execora.core.permissions import Permission, Role
from execora.ops.correlation import current_correlation_id


def admin_actor(request: HttpRequest) -> Actor:
    """Return the actor of a request inside the admin.

    Raises:
        NotPermitted: nobody who may enter it.
    """
    user = request.user
    if not isinstance(user, User) or not user.is_active or not user.is_staff:
        raise NotPermitted()
    return actor_in_admin(user)


def actor_in_admin(user: User) -> Actor:
    return Actor(user.business, user.pk, Role(user.role), None, Channel.ADMIN, current_correlation_id(), timezone.now())


class HundredthsField(forms.CharField):
    """A number with two decimals on the page, hundredths as an int inside: rupees for paise, percent for basis points."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return rupees(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return parse_rupees(text) if text else None
        except ValueError as fault:
            raise forms.ValidationError(
                "Give a number with at most two decimals, such as 60.50, without a sign."
            ) from fault


def rupee_column(field: str, title: str) -> Callable[[Any], str]:
    """Return a list column that shows a field of paise as rupees, 1,25,000.00."""

    @admin.display(description=title, ordering=field)
    def column(row: Any) -> str:
        paise = getattr(row, field)
        return "" if paise is None else f"{'−' if paise < 0 else ''}₹{indian_rupees(abs(paise))}"

    return column


class OwnedAdmin(ModelAdmin):  # type: ignore[misc]  # unfold carries no types
    """Read-only pages over the rows of the actor's shop."""

    view_permission: ClassVar[Permission]
    exclude: tuple[str, ...] = ("business",)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        for ending, unit in (("_paise", "₹"), ("_bp", "%")):
            if db_field.name.endswith(ending):
                name = db_field.name.removesuffix(ending).replace("_", " ")
                return HundredthsField(label=f"{name.capitalize()} ({unit})", required=not db_field.null)
        return super().formfield_for_dbfield(db_field, request, **options)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return self.model.objects.visible_to(admin_actor(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may(request, self.view_permission)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def attempt(self, request: HttpRequest, act: Callable[[], Any], done: str) -> None:
        """Carry out an action's command and tell what came of it."""
        try:
            act()
        except DomainError as refused:
            self.message_user(request, refused.message, messages.ERROR)
        else:
            self.message_user(request, done)


class CommandForm(forms.ModelForm):  # type: ignore[type-arg]  # one form for every model
    """A form that is saved by a command: the page's `write` is tried while the form is checked, so that what the command
    refuses is shown beside the form and nothing is half done."""

    write: ClassVar[Callable[[Any, dict[str, Any]], Model]]

    def _post_clean(self) -> None:
        """Let the command write; it reads and checks its own row."""
        if self.errors:
            return
        try:
            self.written = type(self).write(self.instance, self.cleaned_data)
        except DomainError as refused:
            named = {name: said for name, said in refused.fields.items() if name in self.fields}
            for name, said in named.items():
                self.add_error(name, said)
            if not named:
                self.add_error(None, refused.message)

    def save(self, commit: bool = True) -> Model:
        self.save_m2m = _nothing_more  # type: ignore[method-assign]  # the admin calls what a form puts here
        return self.written


class WritableAdmin(OwnedAdmin):
    """Pages that add and change rows by commands. A subclass says which permission and how."""

    change_permission: ClassVar[Permission]
    form = CommandForm

    def write(self, actor: Actor, instance: Model | None, given: dict[str, Any]) -> Model:
        """Run the command that adds (`instance` None) or changes a row, and return the row."""
        raise NotImplementedError  # each page has its own command

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _may(request, self.change_permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may(request, self.change_permission)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        form = super().get_form(request, obj, change=change, **options)
        actor = admin_actor(request)

        def write(instance: Model, given: dict[str, Any]) -> Model:
            return self.write(actor, instance if change else None, given)

        form.write = staticmethod(write)
        return form

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """The command has written it."""


def _nothing_more() -> None:
    """No related rows are left to save."""


def _may(request: HttpRequest, permission: Permission) -> bool:
    try:
        return admin_actor(request).may(permission)
    except NotPermitted:
        return False
