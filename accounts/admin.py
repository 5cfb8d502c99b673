"""People in the admin."""

from django.contrib import admin

from accounts.models import DeviceToken, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Quotas and access; passwords are reset by mail."""

    list_display = ("email", "date_joined", "is_active", "is_staff", "quota_bytes")
    search_fields = ("email",)
    exclude = ("password", "groups", "user_permissions")
    readonly_fields = ("last_login", "date_joined")


@admin.register(DeviceToken)
class DeviceTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Tokens of devices; the token itself is not stored."""

    list_display = ("user", "name", "prefix", "created_at", "last_used_at", "revoked_at")
    readonly_fields = ("token_hash", "prefix", "created_at", "last_used_at")
