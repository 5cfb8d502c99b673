"""People in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts import addresses, services
from accounts.models import DeviceToken, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Quotas and access; passwords are reset by mail."""

    list_display = ("email", "date_joined", "is_active", "is_staff", "quota_bytes")
    search_fields = ("email",)
    exclude = ("password", "groups", "user_permissions", "portrait")
    readonly_fields = ("last_login", "date_joined")

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        """An address that is typed here counts as confirmed."""
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            addresses.vouch(user=obj)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """With all files, which no row but theirs leads to."""
        services.delete_account(user=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """The same for those that were ticked in the list."""
        for user in queryset:
            services.delete_account(user=user)


@admin.register(DeviceToken)
class DeviceTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Tokens of devices; the token itself is not stored."""

    list_display = ("user", "name", "prefix", "created_at", "last_used_at", "revoked_at", "lets_in")
    list_select_related = ("user",)
    exclude = ("password_mark",)
    readonly_fields = ("token_hash", "prefix", "created_at", "last_used_at")

    @admin.display(boolean=True)
    def lets_in(self, token: DeviceToken) -> bool:
        """A new password ends a token without a word about it in its row."""
        return token.lets_in
