"""The person and the tokens of their devices over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import DeviceToken, User
from accounts.services import create_token, delete_account, revoke_token
from diary import access
from diary.api.schema import problems
from diary.api.serializers.base import RowSerializer, refusal
from diary.api.views.base import PersonView
from diary.selectors.listing import list_tokens
from diary.selectors.usage import read_usage


class StorageSerializer(serializers.Serializer[dict[str, int]]):
    """How much room clips take."""

    used_bytes = serializers.IntegerField()
    quota_bytes = serializers.IntegerField()
    free_bytes = serializers.IntegerField()


class MeSerializer(RowSerializer):
    """The person."""

    storage = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["email", "language", "time_zone", "weight_unit", "storage", "date_joined"]
        read_only_fields = ["email", "date_joined"]

    @extend_schema_field(StorageSerializer)
    def get_storage(self, user: User) -> dict[str, int]:
        """Clips and uploads under way."""
        return StorageSerializer(read_usage(user)).data


class DeletionSerializer(serializers.Serializer[dict[str, str]]):
    """Proof that it is the person who wants this."""

    password = serializers.CharField(write_only=True, max_length=4096)


class TokenSerializer(RowSerializer):
    """A device that is let in."""

    class Meta:
        model = DeviceToken
        fields = ["id", "name", "prefix", "created_at", "last_used_at"]
        read_only_fields = ["id", "prefix", "created_at", "last_used_at"]


class NewTokenSerializer(TokenSerializer):
    """The only answer that shows the token."""

    token = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]


class MeView(PersonView):
    """The person who is signed in."""

    serializer_class = MeSerializer

    @extend_schema(summary="Show who is signed in", responses={200: MeSerializer, **problems()})
    def get(self, request: Request) -> Response:
        """Preferences and storage."""
        return Response(self.show(MeSerializer, self.person))

    @extend_schema(summary="Change preferences", request=MeSerializer, responses={200: MeSerializer, **problems(400)})
    def patch(self, request: Request) -> Response:
        """Language, time zone, unit of weights. The e-mail address is changed through /_allauth/."""
        serializer = MeSerializer(self.person, data=request.data, partial=True, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)


class DeletionView(PersonView):
    """The end of an account."""

    serializer_class = DeletionSerializer
    throttle_scope = "secrets"

    @extend_schema(
        summary="Delete the account with all its data",
        request=DeletionSerializer,
        responses={204: None, **problems(400, 403)},
    )
    def post(self, request: Request) -> Response:
        """Cannot be undone. Asks for the password; a device token is not enough."""
        refuse_device(request)
        if not self.person.check_password(self.read(DeletionSerializer)["password"]):
            raise serializers.ValidationError({"password": refusal("password").detail})
        delete_account(user=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    get=extend_schema(summary="List devices", responses={200: TokenSerializer(many=True), **problems(400)})
)
class TokenList(PersonView, ListAPIView[DeviceToken]):
    """Devices that are let in."""

    queryset = DeviceToken.objects.none()  # names the model; get_queryset() is what counts
    serializer_class = TokenSerializer
    filterset_class = None

    def get_queryset(self) -> QuerySet[DeviceToken]:
        """The person's, without those that were shut out."""
        return list_tokens(self.person)

    @extend_schema(
        summary="Let a device in",
        description="The token is shown once. Another device's token cannot do this: sign in first.",
        request=TokenSerializer,
        responses={201: NewTokenSerializer, **problems(400, 403)},
    )
    def post(self, request: Request) -> Response:
        """Make a token."""
        refuse_device(request)
        row, token = create_token(user=self.person, name=self.read(TokenSerializer)["name"])
        body: dict[str, Any] = {**self.show(TokenSerializer, row), "token": token}
        return Response(body, status=status.HTTP_201_CREATED)


class TokenDetail(PersonView):
    """One device."""

    serializer_class = TokenSerializer

    @extend_schema(summary="Shut a device out", responses={204: None, **problems(404)})
    def delete(self, request: Request, id: UUID) -> Response:
        """Its token opens nothing any more."""
        revoke_token(token=access.get_token(self.person, id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def refuse_device(request: Request) -> None:
    """Who found a phone must not be able to make further keys or end the account."""
    if isinstance(request.auth, DeviceToken):
        raise PermissionDenied
