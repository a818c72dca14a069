"""A provider as the templates see it: all text is `Code`."""

from __future__ import annotations

from dataclasses import asdict

from bide.emit.python.code import Code, docstring, literal
from bide.emit.python.table import row
from bide.emit.views.context import Context
from bide.emit.views.data import EnumView, ExampleView, ModelView, UnionView
from bide.emit.views.jobs import JobView, LifecycleView
from bide.emit.views.operations import OperationView
from bide.emit.words import prose
from bide.emit.words.errors import ERRORS, ErrorClass
from bide.ir import Provider, Secret, Variable
from bide.ir.words import words

VALUES = (
    "Adaptive",
    "AiohttpTransport",
    "AsyncCancellableJob",
    "AsyncClock",
    "AsyncHttpxTransport",
    "AsyncJob",
    "AsyncJobBatch",
    "AsyncStream",
    "AsyncSystemClock",
    "AsyncTransport",
    "CancellableJob",
    "Clock",
    "Exchange",
    "Exponential",
    "Fixed",
    "HttpxTransport",
    "Job",
    "JobBatch",
    "JobFacts",
    "Look",
    "MaxRate",
    "Observer",
    "Outcome",
    "Policy",
    "Polling",
    "Progress",
    "ProgressDisplay",
    "Request",
    "Response",
    "Snapshot",
    "State",
    "Stream",
    "Submission",
    "SystemClock",
    "Counts",
    "Transport",
    "Unknowns",
    "Update",
    "UploadFile",
    "Urllib3Transport",
    "unknown_fields",
)
"""The names of the runtime that every package exports, besides exceptions."""


EDITION = 1
"""The edition of the runtime's API that generated code is made for."""


class ErrorView:
    """One exception of the package."""

    def __init__(self, error: ErrorClass, root: Code) -> None:
        self.name = Code(error.name)
        self.base = Code(error.base) if error.base else root
        self.docstring = docstring(error.meaning, indent=4)


class ProviderView(Context):
    """A provider as the templates see it."""

    def __init__(self, provider: Provider, *, vendor: bool = False) -> None:
        super().__init__(provider, vendor=vendor)
        self.operations = [OperationView(self, operation) for operation in provider.operations]
        self.jobs = [JobView(self, job) for job in provider.jobs]
        self.lifecycles = [LifecycleView(self, lifecycle) for lifecycle in provider.lifecycles]
        self.enums = [EnumView(self, enum) for enum in provider.enums]
        self.unions = [UnionView(self, union) for union in provider.unions]
        self.models = [ModelView(self, model) for model in provider.models]
        self.calls = [*self.jobs, *self.operations]

    @property
    def client_docstring(self) -> Code:
        return docstring(prose.client(self.ir), indent=4)

    @property
    def async_client_docstring(self) -> Code:
        return docstring(prose.async_client(self.ir), indent=4)

    @property
    def errors(self) -> list[ErrorView]:
        """The exceptions of the package, bases first."""
        return [ErrorView(error, self.error_class) for error in ERRORS]

    @property
    def error_names(self) -> list[Code]:
        """The names in `errors.py`, sorted."""
        names = [str(self.error_class), *map(str, self.failures), *(error.name for error in ERRORS)]
        return [Code(name) for name in sorted(names)]

    @property
    def error_docstring(self) -> Code:
        return docstring(f"The base of every exception that a client of {self.ir.title} raises.", indent=4)

    @property
    def edition(self) -> Code:
        """The edition of the runtime's API that the code is made for."""
        return literal(EDITION)

    @property
    def distribution(self) -> Code:
        return literal(self.ir.package.name)

    @property
    def failures(self) -> list[Code]:
        """The exceptions of jobs that still have something if they fail."""
        return [job.failed for job in self.jobs if job.failed]

    @property
    def offered(self) -> list[Code]:
        """The names that the package exports from the runtime."""
        return [Code(name) for name in sorted(VALUES)]

    @property
    def places(self) -> list[tuple[Code, Code]]:
        """(name, module and attribute) of the package's own exports, as strings, sorted."""
        name = self.class_name
        found = {
            **{str(error): f".errors:{error}" for error in self.error_names},
            str(name): f".client:{name}",
            f"Async{name}": f".async_client:Async{name}",
            "models": ".models:",
            "params": ".params:",
        }
        return [(literal(each), literal(found[each])) for each in sorted(found)]

    @property
    def exports(self) -> list[Code]:
        """All names that the package exports, as strings."""
        own = [name for name, _ in self.places]
        return sorted([*own, *(literal(str(name)) for name in self.offered)])

    @property
    def examples(self) -> list[ExampleView]:
        """The examples of the models, as the tests read them."""
        return [ExampleView(model, example) for model in self.ir.models for example in model.examples]

    @property
    def table(self) -> Code:
        """The provider as a whole, as the runtime reads it."""
        ir = self.ir
        fields = {
            "name": ir.name,
            "title": ir.title,
            "base_url": ir.base_url,
            "variables": tuple(_variable(each) for each in ir.variables),
            "query": dict(ir.query),
            "auth": tuple(_secret(each) for each in ir.auth),
            "oauth": self._oauth,
            "webhooks": row("Signature", asdict(ir.webhooks)) if ir.webhooks else None,
            "headers": {name.lower(): text for name, text in ir.headers},
            "hosts": ir.hosts,
            "request_id_header": ir.request_id_header,
            "request_id_field": ir.request_id_field,
            "rates": self._rates,
            "errors": tuple(
                row("ErrorShape", {"message": literal(each.message), "code": each.code}) for each in ir.errors
            ),
            "version": ir.package.version,
            "transient": frozenset(ir.transient),
            "words": words(ir),
            "own_errors": Code("OwnErrors(vars(_errors))"),
        }
        return row("Provider", fields, indent=0)

    @property
    def secrets(self) -> list[Code]:
        """The arguments of a client for the secrets."""
        return [Code(secret.argument) for secret in self.ir.auth]

    @property
    def functions(self) -> list[Code]:
        """Those of them that may be functions."""
        return [Code(secret.argument) for secret in self.ir.auth if secret.scheme != "oauth"]

    @property
    def has_webhooks(self) -> bool:
        """Whether the provider signs webhooks."""
        return self.ir.webhooks is not None

    @property
    def has_tokens(self) -> bool:
        """Whether clients get access tokens."""
        return self.ir.oauth is not None

    @property
    def variables(self) -> list[Code]:
        """The arguments of a client for the variables of the base URL."""
        return [Code(variable.name) for variable in self.ir.variables]

    @property
    def has_one_key(self) -> bool:
        """Whether there is no secret but an `api_key`."""
        return self.secrets in ([], ["api_key"])

    @property
    def _oauth(self) -> Code | None:
        oauth = self.ir.oauth
        if oauth is None:
            return None
        fields = {
            "token_url": oauth.token_url,
            "scope": " ".join(oauth.scopes),
            "audience": oauth.audience,
            "in_body": oauth.in_body,
        }
        return row("OAuth", fields)

    @property
    def error_class(self) -> Code:
        return Code(f"{self.ir.class_name}Error")

    @property
    def _rates(self) -> dict[str, Code]:
        """The provider's rate limits by endpoint."""
        endpoints = [job.submit for job in self.ir.jobs]
        endpoints += [job.find.endpoint for job in self.ir.jobs if job.find]
        endpoints += [lifecycle.poll for lifecycle in self.ir.lifecycles]
        endpoints += [lifecycle.poll_many.endpoint for lifecycle in self.ir.lifecycles if lifecycle.poll_many]
        endpoints += [each for lifecycle in self.ir.lifecycles if (each := lifecycle.result.endpoint)]
        endpoints += [lifecycle.cancel.endpoint for lifecycle in self.ir.lifecycles if lifecycle.cancel]
        endpoints += [operation.endpoint for operation in self.ir.operations]
        return {
            f"{each.method} {each.path}": row("Rate", asdict(each.rate_limit)) for each in endpoints if each.rate_limit
        }


def _variable(variable: Variable) -> Code:
    values = tuple(value for value, _ in variable.values)
    fields = {"name": variable.name, "env": variable.env, "default": variable.default, "values": values}
    return row("Variable", fields)


def _secret(secret: Secret) -> Code:
    fields = {
        "at": secret.scheme,
        "name": secret.name,
        "prefix": secret.prefix,
        "env": secret.env,
        "argument": secret.argument,
        "is_usual": secret.is_usual,
        "way": secret.way,
    }
    return row("Secret", fields)
