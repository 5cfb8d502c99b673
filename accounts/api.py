"""The person and the tokens of their devices over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.forms import PictureField
from accounts.models import DeviceToken, User
from accounts.services import create_token, delete_account, revoke_token, set_portrait, set_preferences
from diary import access
from diary.api.media import send_file
from diary.api.schema import NO_FILE, SESSION_ONLY, problems
from diary.api.serializers.base import RowSerializer, refusal
from diary.api.views.base import PersonView
from diary.selectors.examples import count_examples
from diary.selectors.listing import list_tokens
from diary.selectors.usage import read_usage
from diary.services.examples import forget_all_examples
from workers import queue


class StorageSerializer(serializers.Serializer[dict[str, int]]):
    """How much room clips take."""

    used_bytes = serializers.IntegerField()
    quota_bytes = serializers.IntegerField()
    free_bytes = serializers.IntegerField()


class MeSerializer(RowSerializer):
    """The person."""

    storage = serializers.SerializerMethodField()
    has_portrait = serializers.SerializerMethodField()
    examples = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "email", "language", "time_zone", "weight_unit", "has_portrait", "portrait_shows_person", "examples",
            "storage", "date_joined",
        ]  # fmt: skip
        read_only_fields = ["email", "portrait_shows_person", "date_joined"]
        extra_kwargs = {
            "portrait_shows_person": {
                "help_text": "False: nobody is seen in the picture, so it is not used. Null: none was looked at yet."
            }
        }

    @extend_schema_field(StorageSerializer)
    def get_storage(self, user: User) -> dict[str, int]:
        """Clips and uploads under way."""
        return StorageSerializer(read_usage(user)).data

    def get_has_portrait(self, user: User) -> bool:
        """Whether there is a picture by which the person is found among others."""
        return bool(user.portrait)

    def get_examples(self, user: User) -> int:
        """How many sets, whose exercise the person named, help to name their next films."""
        return count_examples(user)


class PortraitSerializer(serializers.Serializer[dict[str, Any]]):
    """A picture of the person; the form's field says what is wrong with it."""

    picture = serializers.FileField(
        allow_empty_file=True,
        write_only=True,
        help_text="JPEG, PNG, WebP and the like, at most 15 MiB and 25 megapixels; a JPEG that is not progressive 60,"
        " WebP and AVIF 12.5.",
    )

    def validate_picture(self, upload: File[bytes]) -> ContentFile[bytes]:
        """Small, upright and without metadata."""
        return PictureField().clean(upload)


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

    @extend_schema(summary="Show who is signed in", responses={200: MeSerializer})
    def get(self, request: Request) -> Response:
        """Preferences and storage."""
        return Response(self.show(MeSerializer, self.person))

    @extend_schema(summary="Change preferences", request=MeSerializer, responses={200: MeSerializer, **problems(400)})
    def patch(self, request: Request) -> Response:
        """Language, time zone, unit of weights. The e-mail address is changed through /_allauth/."""
        serializer = MeSerializer(self.person, data=request.data, partial=True, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        set_preferences(user=self.person, **serializer.validated_data)
        return Response(serializer.data)


class PortraitView(PersonView):
    """The picture by which the person is found when several people are in a clip."""

    serializer_class = PortraitSerializer
    parser_classes = [MultiPartParser]

    @property
    def throttle_scope(self) -> str | None:
        """Only pictures that are sent are counted: each takes time and memory to shrink."""
        return "portraits" if getattr(self.request, "method", None) == "PUT" else None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        """A picture is no JSON: whatever kind is asked for, it comes as it is, and refusals as problems."""
        del force
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        summary="Show the picture of the person",
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY, **NO_FILE, **problems(404)},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Only the person's own; at most 640 px a side."""
        response = send_file(request._request, self.person.portrait, "image/jpeg")
        response.headers["Cache-Control"] = "private, no-cache"  # the next picture has the same address
        return response

    @extend_schema(
        summary="Keep a picture of the person",
        description="It is turned upright, shrunk and stripped of metadata. Whether somebody is seen in it stands in"
        " `portrait_shows_person` some seconds later. The next analyses look for who is in it; a clip that is already"
        " here needs another run.",
        request={"multipart/form-data": PortraitSerializer},
        responses={200: MeSerializer, **problems(400, 413, 415)},
    )
    def put(self, request: Request) -> Response:
        """In the place of the one that is there."""
        keep_portrait(self.person, self.read(PortraitSerializer)["picture"])
        return Response(self.show(MeSerializer, self.person))

    @extend_schema(summary="Delete the picture of the person", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Deleting it twice is no mistake."""
        keep_portrait(self.person, None)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExamplesView(PersonView):
    """What the person taught by naming sets."""

    @extend_schema(summary="Forget what the person taught", request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sets keep their names; the next films are named as for somebody who corrected nothing yet."""
        forget_all_examples(user=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeletionView(PersonView):
    """The end of an account."""

    serializer_class = DeletionSerializer
    throttle_scope = "secrets"

    @extend_schema(
        summary="Delete the account with all its data",
        request=DeletionSerializer,
        responses={204: None, **problems(400, 403)},
        auth=SESSION_ONLY,
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
        auth=SESSION_ONLY,
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


def keep_portrait(person: User, picture: File[bytes] | None) -> None:
    """Whose account ended meanwhile is nobody."""
    try:
        set_portrait(user=person, picture=picture)
    except User.DoesNotExist as error:
        raise NotAuthenticated from error
    if picture is not None:
        queue.wake_for_portrait(person.pk)


def refuse_device(request: Request) -> None:
    """Who found a phone must not be able to make further keys or end the account."""
    if isinstance(request.auth, DeviceToken):
        raise PermissionDenied
