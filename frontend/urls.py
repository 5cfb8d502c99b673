"""Addresses of the pages."""

from django.urls import URLPattern, URLResolver, path

from accounts import views as accounts
from diary.views import calendar, clips, days, exercises, progress, sets, uploads
from frontend.manifest import show_manifest

urlpatterns: list[URLPattern | URLResolver] = [
    path("", calendar.show_home, name="home"),
    path("calendar/<int:year>/<int:month>/", calendar.show_month, name="month"),
    path("days/<day:day>/", days.show_day, name="day"),
    path("days/<day:day>/note/", days.save_note, name="day-note"),
    path("clips/", clips.list_clips, name="clips"),
    path("clips/<uuid:id>/", clips.show_clip, name="clip"),
    path("clips/<uuid:id>/analyse/", clips.analyse_clip, name="clip-analyse"),
    path("clips/<uuid:id>/move/", clips.move_clip, name="clip-move"),
    path("clips/<uuid:id>/delete/", clips.delete_clip, name="clip-delete"),
    path("analyses/<uuid:id>/removed/<int:place>/", clips.add_removed, name="removed-add"),
    path("sets/new/", sets.add_set, name="set-add"),
    path("sets/<uuid:id>/", sets.edit_set, name="set"),
    path("sets/<uuid:id>/correct/", sets.correct_set, name="set-correct"),
    path("sets/<uuid:id>/undo/", sets.undo_correction, name="set-undo"),
    path("sets/<uuid:id>/proposal/", sets.answer_proposal, name="set-proposal"),
    path("sets/<uuid:id>/earlier/", sets.answer_earlier, name="set-earlier"),
    path("sets/<uuid:id>/delete/", sets.delete_set, name="set-delete"),
    path("exercises/<uuid:id>/delete/", exercises.delete_exercise, name="exercise-delete"),
    path("upload/", uploads.show_upload, name="upload"),
    path("upload/sample/", uploads.try_sample, name="upload-sample"),
    path("progress/", progress.list_progress, name="progress"),
    path("progress/<str:slug>/", progress.show_progress, name="progress-exercise"),
    path("profile/", accounts.show_profile, name="profile"),
    path("profile/portrait/", accounts.save_portrait, name="portrait-save"),
    path("profile/portrait.jpg", accounts.show_portrait, name="portrait"),
    path("profile/examples/forget/", accounts.forget_examples, name="examples-forget"),
    path("profile/devices/", accounts.add_token, name="token-add"),
    path("profile/devices/<uuid:id>/end/", accounts.end_token, name="token-end"),
    path("profile/delete/", accounts.end_account, name="account-delete"),
    path("language/", accounts.switch_language, name="language"),
    path("manifest.webmanifest", show_manifest, name="manifest"),
]
