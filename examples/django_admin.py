"""A Django admin with two actions: submit the chosen pages, and look how their jobs are.

    pip install django
    bide serve specs/anakin.yaml --speed 10         # in another terminal; it prints three lines to export here
    PYTHONPATH=generated/anakin:examples python examples/django_admin.py   # then http://127.0.0.1:8000, admin / admin

A request must not wait for a job. So the action stores the token of each job in the row, and the second action polls
once. A cron job or a task queue would call `refresh` in the same way.
"""

from __future__ import annotations

import os
import sys

import django
from anakin_client import Anakin, JobError, SystemClock
from django.apps import AppConfig
from django.conf import settings


class Pages(AppConfig):
    """This file as an app of Django."""

    name = __name__
    label = "pages"
    path = os.path.dirname(__file__)


settings.configure(
    DEBUG=True,
    SECRET_KEY="not secret: an example",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=[
        f"{__name__}.Pages",
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("PAGES_DB", "pages.sqlite3")}
    },
)
django.setup()

from django.contrib import admin, messages  # noqa: E402  (after setup)
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command, execute_from_command_line  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.urls import path  # noqa: E402

client = Anakin(base_url=os.environ.get("ANAKIN_BASE_URL"), clock=SystemClock(float(os.environ.get("BIDE_SPEED", "1"))))


class Page(models.Model):
    """A page to fetch."""

    url = models.URLField()
    token = models.TextField(blank=True, editable=False)
    state = models.CharField(max_length=20, default="new", editable=False)
    text = models.TextField(blank=True, editable=False)

    class Meta:
        app_label = "pages"

    def refresh(self) -> None:
        """Poll once, and keep the result if there is one."""
        job = client.url_scraper.resume(self.token)
        job.poll()
        self.state = job.state.value
        if job.is_done:
            try:
                self.text = job.result().markdown or ""
            except JobError as error:
                self.text = str(error)
        self.save()


@admin.register(Page)
class PageAdmin(admin.ModelAdmin):
    list_display = ("url", "state")
    actions = ("submit", "refresh")

    @admin.action(description="Submit")
    def submit(self, request: HttpRequest, pages: QuerySet[Page]) -> None:
        for page in pages.filter(token=""):
            page.token = client.url_scraper.submit(url=page.url).token
            page.state = "pending"
            page.save()
            self.message_user(request, f"submitted {page.url}", messages.SUCCESS)

    @admin.action(description="Refresh")
    def refresh(self, request: HttpRequest, pages: QuerySet[Page]) -> None:
        for page in pages.exclude(token=""):
            page.refresh()


urlpatterns = [path("", admin.site.urls)]


def create() -> None:
    """The tables and a user, once."""
    call_command("migrate", verbosity=0)
    if Page._meta.db_table not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(Page)
        User.objects.create_superuser("admin", password="admin")


if __name__ == "__main__":
    create()
    execute_from_command_line([sys.argv[0], "runserver", "--noreload", "127.0.0.1:8000"])
