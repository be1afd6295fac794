"""The house of each service: its folders from top to bottom, and what departs from the rules, with the reason.

The rules are in `house_rules.py`. Every entry below that is no longer needed fails, so it can be deleted.
Modules are written without the service's package: `task.deadlines`, `task`, or `sqlalchemy` for a library.
"""

from tests.contract.house_feedback import FEEDBACK
from tests.contract.house_words import CENSUS_WITHOUT, PAGE_LAYERS, House, Idea

_NAMED = "the answer names organisations, as every answer does"
_OF_THE_TASK = "what a body reports is a change of the task: one life, one event, one public state"
_WHO_CONFIRMS = "which body may confirm a task is said once, as a rule and in SQL"
_HANGS = "it is published as its task is, and its event carries what counts the task"
_HANGING = ("comment", "urge", "milestone", "evidence", "period")
_LISTS = "an export is the list itself, with its filters, its rule and its pages"
_ITEM = "the columns of an import are the fields of its item"
_ITEMS = ("imports", "intake", "reporting", "value")
_EXPORTED = (
    *("budget", "comment", "decision", "directive", "document", "evidence", "filing", "milestone"),
    *("organisation", "period", "programme", "reporting", "task", "urge", "obstacle", "indicator", "value"),
)
_AMOUNTS = "a row of amounts is of what a line says"
_ROW = "a row is a request of the single route, by the same rules"
_ROWS = (
    *("task", "directive", "document", "milestone", "period", "intake", "reporting"),
    *("indicator", "value", "budget", "assessment"),
)
_LIVES = "a simulated life is what the rules of tasks make of it"
_DEFINED = "a value is of its indicator's periods, and is judged and added up by its rules"
_PART = "in which tasks a body has a part is said once"
_NAMING = (
    *("programme.schemas", "directive.schemas", "task.schemas", "reporting.schemas", "comment.schemas"),
    *("budget.schemas", "decision.schemas", "urge.schemas", "obstacle.schemas", "filing.schemas", "evidence", "period"),
    *("indicator.schemas", "value.schemas"),
)
_KEPT = "what became of a file is one of the answers that are kept"
_UNSEEN = "a task that the caller may not see is refused here as there"
_SEEING = ("budget", "comment", "decision", "urge", "milestone", "evidence", "reporting", "intake")
TASKS = House(
    service="tasks",
    order=(
        "census",
        "classification | log",
        "connector",
        "export | sheet",
        "imports",
        "assessment",
        "criteria",
        "intake | simulation | feedback_proposal",
        "filing",
        "reporting | withdrawal | succession | breakdown",
        "budget | decision | milestone | period | value",
        "comment | evidence | obstacle | urge | indicator",
        "task",
        "document",
        "directive",
        "programme",
        "file",
        "organisation | calendar",
    ),
    folders={
        "file": "a table without a topic: a file is told of by what names it",
        "calendar": "a question: the days of the library's calendar",
        "connector": "a table without a topic: where a body sends its reports on is its own",
        "feedback_proposal": "a table without a topic: accepted ideas of feedback, and which task came of each",
        "classification": "verbs: what the classification of now allows to be told of a kept answer",
        "withdrawal": "verbs: a directive is taken out by what the tasks say that name it",
        "log": "a question: which events a body may read",
        "succession": "verbs: a body is set up, merged, upgraded or closed, and its open work goes to its successor",
        "export": "a question: the lists of the service as files, the tasks of a programme as a table",
        "imports": "verbs: a file of rows of one kind is taken by the use case of each row",
        "breakdown": "a question: which clauses of a directive have tasks",
        "sheet": "a table without a topic and verbs: which tasks are one work is told on the body's own sheet alone",
        "intake": "verbs: many tasks are described and assigned by one file",
        "simulation": "verbs: a country that is made up is written into an empty database",
        "reporting": "verbs: reports, bulk, evidence and handing in write a task and what was said on it",
    },
    ideas={
        "decision.parts": Idea("repository", "the statements of decisions over many tasks, and of their parts"),
        "decision.effects": Idea("lifecycle", "what each kind of decision does to its task, pure"),
        "export.kinds": Idea("recording", "which lists are files, by the operations that list them"),
        "export.listed": Idea("service", "a list as a file, part by part"),
        "document.standing": Idea("repository", "how a document stands on a day, in Python and in SQL"),
        "file.stores": Idea("repository", "the folder or bucket that the settings name"),
        "programme.obligation": Idea("rules", "which bodies report on a programme how often, and by when, pure"),
        "programme.ladder": Idea("rules", "when a task that nears its deadline is told to whom, pure"),
        "organisation.names": Idea("rules", "how people write a name that they look for; the repository finds by it"),
        "organisation.seed": Idea("service", "registers the organisations that ship with the product, at start"),
        "value.csv_lines": Idea("responses", "a series as a table, pure"),
        "period.passage": Idea("models", "what time makes of the periods of a task, pure: steps of their lives"),
        "reporting.hot_rows": Idea("repository", "the statements of the hot route, by the batcher's own connection"),
        "sheet.workbook": Idea("responses", "which column of the workbook is which member of the sheet, pure"),
        "simulation.lives": Idea("rules", "what becomes of a simulated task, by the rules of tasks"),
        "simulation.rows": Idea("models", "the columns that are copied, and lives as their lines"),
        "task.assignment": Idea("lifecycle", "whether a lead body accepts what it was given, pure"),
        "task.movement": Idea("lifecycle", "whether a task is without movement, pure"),
        "task.deadlines": Idea("rules", "dates, rules of recurrence and periods"),
        "task.series": Idea("rules", "windows of a recurring task, by its rule, its programme and the calendar"),
        "task.mandate": Idea("rules", "what a client reads beyond its body's tasks, as its token says it"),
        "task.filters": Idea("repository", "what a list of tasks is narrowed to, as conditions of a statement"),
        "task.listing": Idea("repository", "a page of tasks in one of six orders, and a count with a limit"),
        "task.hidden": Idea("repository", "the statements that count what was said while a task was restricted"),
        "task.public": Idea("lifecycle", "the numbers of a task that everyone reads, pure"),
        "task.timing": Idea("repository", "overdue and the bucket in Python and in SQL, held by one table of cases"),
    },
    without=CENSUS_WITHOUT,
    arrows={
        **{f"{one} -> organisation.schemas": _NAMED for one in _NAMING},
        "obstacle -> programme.rules": "a programme says which kinds of obstacles it has, and when its days end",
        "obstacle -> task.lifecycle": _HANGS,
        **{f"{one} -> task.filters": _PART for one in ("decision", "obstacle", "urge")},
        "reporting -> obstacle.lifecycle": "what makes two obstacles the same is said once",
        "census.repository -> task.timing": "the rule of the bucket is written once",
        "succession -> organisation.schemas": "the decision responds with the organisation",
        "succession.service -> organisation.lifecycle": "how an organisation ends is a word of its own life",
        "succession.service -> organisation.errors": "a successor that takes nothing over is refused here as there",
        **{f"task.{one} -> directive.schemas": "a task shows what gave it" for one in ("schemas", "responses")},
        **{f"{one}.schemas -> organisation.schemas": _NAMED for one in ("assessment", "criteria", "document")},
        **{f"withdrawal -> {one}.errors": "it is refused here as there" for one in ("directive", "document")},
        **{f"withdrawal -> {one}.schemas": "why it is taken out is its request" for one in ("directive", "document")},
        **{f"{one} -> task.{part}": _HANGS for one in _HANGING for part in ("lifecycle", "events")},
        "connector.repository -> task.filters": "how a statement names many tasks is said once",
        "comment -> task.mandate": "who oversees is told by the token, as what it reads is",
        **{f"{one} -> task.errors": _UNSEEN for one in _SEEING},
        "budget -> task.lifecycle": _HANGS,
        "budget.repository -> task.filters": _PART,
        "budget.schemas -> budget.rules": "how a figure is read is a rule, and a request is refused by it",
        "decision -> programme.rules": "a programme says which groups of work it has",
        "decision -> task.lifecycle": "what is decided is a step of the task's own life",
        "decision -> task.assignment": "an objection to an assignment is a decision to take",
        "decision -> task.deadlines": "a date means the same instant in a decision as in a description",
        "decision -> task.events": _HANGS,
        **dict.fromkeys(("decision -> task.filters", "urge -> task.filters"), "in which tasks a body has a part"),
        "decision -> task.schemas": "an extension in one act responds with the task",
        **{f"value -> indicator.{one}": _DEFINED for one in ("rules", "errors", "schemas")},
        "urge.schemas -> task.schemas": "a position is shown as a task shows it",
        "urge -> programme.ladder": "a programme says when its tasks are told to whom",
        "filing -> programme.obligation": "a programme says who reports how often",
        "filing -> task.lifecycle": "which tasks a body works on is said once",
        "filing -> task.filters": "many identifiers are one parameter, as in lists of tasks",
        "milestone -> task.deadlines": "a date means the same instant for a part as for the whole",
        "milestone -> evidence.schemas": "a milestone says whether its evidence was accepted",
        "evidence.routes -> file.stores": "evidence is answered from the place of files",
        "reporting -> evidence.schemas": "the list of a task's evidence says what was decided on each piece",
        **{f"{one} -> task.filters": _WHO_CONFIRMS for one in ("evidence", "period")},
        "period -> task.series": "the windows of a rule are found once, for the task and for its periods",
        "period -> programme.rules": "a programme says when its days end and where due days go",
        "period -> evidence.schemas": "a period says how much of its evidence was accepted",
        "period.schemas -> programme.schemas": "a period shows how its due day was found",
        "reporting -> period.lifecycle": "a report is of one period of a recurring task, by one rule on every way in",
        "reporting -> task.schemas": "each step of reporting responds with the task",
        **{
            f"reporting -> {one}": _OF_THE_TASK
            for one in ("task.lifecycle", "task.recording", "task.hidden", "task.public")
        },
        "reporting.hot_rows -> programme.rules": "a task's record holds what events and answers say of its programme",
        "task -> programme.rules": "a task's record holds what events and answers say of its programme",
        **{
            f"simulation -> {one}": _LIVES
            for one in ("programme.rules", "reporting.rules", "task.lifecycle", "task.events", "task.recording")
        },
        "simulation -> programme.schemas": "its programme is opened as by a request",
        "simulation -> organisation.seed": "the owner of its programme is one of those that ship with the product",
        "classification -> task.errors": "of a bulk request, only the items on tasks that are hidden now are refused",
        **{f"classification -> {one}.schemas": _KEPT for one in ("reporting", "intake", "imports")},
        **{f"imports -> {one}": _ROW for one in ("task.filters", "task.errors", "task.deadlines")},
        **{f"imports -> {one}.schemas": _ROW for one in _ROWS},
        "imports -> file.errors": "a workbook with macros is refused as a document with macros is",
        "intake -> task.filters": "whose keys a body knows a task by is said once",
        **{f"export.kinds -> {folder}.routes": _LISTS for folder in _EXPORTED},
        **{f"export.kinds -> {one}.schemas": _ITEM for one in _ITEMS},
        **{f"export.kinds -> budget.{one}": _AMOUNTS for one in ("responses", "schemas")},
        **{
            f"sheet -> {one}": "an answer on the sheet is taken as the request of its own address"
            for one in (
                *("decision.schemas", "milestone.schemas", "reporting.schemas", "urge.schemas", "filing.errors"),
                *("task.errors", "task.filters", "task.lifecycle", "value.schemas"),
            )
        },
        "export.kinds -> fastapi": "the operation that lists is asked for what its parameters and its rule are",
        "export -> organisation.schemas": "a body is told by its code",
        "export -> task.responses": "a row says what a list says of the task",
        "export -> task.schemas": "a row says what a list says of the task",
        "export -> task.listing": "a copy goes on where the part before ended",
        "intake -> task.schemas": "an item is a task as the single route takes it",
    },
)

_MIRROR = "a table without a topic of its own: it follows what tasks publishes, to know what requests name"
_KEPT = "it is what elements and code lists have in common: its requests, refusals and versions are theirs"
_SHOWS_ENTRY = "each step of a registration responds with the entry"
DATA_CATALOG = House(
    service="data-catalog",
    order=(
        "finding",
        "field",
        "element",
        "code_list",
        "approval",
        "census",
        "registration | list_figures | dossier | assignment",
        "entry",
        "document | organisation | programme_list | proof",
    ),
    folders={
        "assignment": "a table without a topic: a change of the owner is published with its entry, positions are told",
        "dossier": "a question: which registrations wait, for whom, and what each lacks",
        "proof": "a table without a topic: on what a step rests is told with the history of its entry",
        "finding": "a question: it is computed from fields, and of its own has excuses only",
        "field": "tables without a topic: what an entry holds is its owner's description",
        "code_list": "tables without a topic: an element publishes by which version of a code list it was approved",
        "approval": "what elements and code lists have in common: drafts, versions, approval by another person",
        "registration": "verbs: a step writes the entry and the documents of its dossier",
        "list_figures": "a question: entries counted by programme list, which an entry must know to stand in one",
        "document": "a table without a topic: its entry publishes how many documents are missing",
        "organisation": _MIRROR,
        "programme_list": "tables without a topic: lists ship with the product, and no one changes them",
    },
    ideas={
        "entry.hot_rows": Idea("repository", "the statements of the hot route, by the batcher's own connection"),
        "entry.risk": Idea("rules", "whether an entry is late for its due date, pure"),
        "entry.succession": Idea(
            "service", "what a body that is no more left under a code: asked for before a new entry"
        ),
        "entry.reading": Idea("rules", "who reads an entry by its classification; the same in SQL stands in `models`"),
        "entry.freshness": Idea("repository", "the rule in Python and the same in SQL, held by one table of cases"),
        "finding.statement": Idea("models", "the rules of findings as one statement, with their version"),
        "element.bulk": Idea("service", "a file of elements, by the rules of a single one"),
        "element.odcs": Idea("responses", "an element as a property of the Open Data Contract Standard"),
    },
    without=CENSUS_WITHOUT,
    arrows={
        "registration.routes -> entry.responses": _SHOWS_ENTRY,
        "assignment -> entry.reading": "who reads who answers for an entry is who reads the entry",
        "assignment -> organisation.schemas": _NAMED,
        "dossier -> entry.reading": "who reads a dossier is who reads its entry, and a cursor is of one reader",
        "list_figures.responses -> entry.risk": "the figures name the rule by which they were counted",
        **{f"{one} -> entry.reading": "who reads a field is who reads its entry" for one in ("field", "finding")},
        **{f"{one}.schemas -> organisation.schemas": _NAMED for one in ("field", "finding")},
        "field.service -> element.errors": "an element that is not known is refused here as there",
        "finding.schemas -> field.schemas": "a finding names entries as a field does",
        "dossier.responses -> entry.responses": "a dossier tells its documents and its registration as its entry does",
        "dossier -> entry.schemas": "a dossier tells its documents and its registration as its entry does",
        "dossier -> document.schemas": "a dossier tells its documents and its registration as its entry does",
        "dossier -> organisation.schemas": _NAMED,
        "registration.routes -> entry.schemas": _SHOWS_ENTRY,
        **{f"{one} -> organisation.schemas": _NAMED for one in ("approval", "code_list", "element", "entry")},
        **{f"{one} -> approval": _KEPT for one in ("code_list", "element")},
        "registration -> document.schemas": "the owner adds a document, the reviewer names those that are missing",
        "entry -> document.schemas": "an entry shows its dossier",
    },
)

_FOLDER_OF_MONITORING = "monitoring has no entities of its own: a folder is a part of the view or a question"
MONITORING = House(
    service="monitoring",
    order=(
        "models",
        "lead | live",
        "results | score",
        "attention | indicators | status | timeline",
        "ledger | streams | traces",
        "view",
        "public | operators | pages",
        "parts",
        "readings",
        "kinds",
        "instants | statements | visitors",
        "errors | metrics",
    ),
    folders={
        **dict.fromkeys(
            ("attention", "indicators", "ledger", "results", "score", "status", "timeline"), _FOLDER_OF_MONITORING
        ),
        "static": "the style of the operators' pages",
        "templates": "the operators' pages",
    },
    parts={
        "kinds": "a file is a kind",
        "view": "a file is a part of the projection",
        "lead": "a file is a part of leadership",
        "live": "a file is a part of the stream",
        "streams": "a file is a part of what is known of streams: reports, their meaning, the age of the view",
        "traces": "a file is a part of the operators' traces",
    },
    ideas={
        "status.figures": Idea("rules", "cells into figures, pure"),
        "status.hanging": Idea("recording", "the figures of what is told beside tasks"),
        "status.provinces": Idea("schemas", "the provinces as they are answered"),
        "status.sealed": Idea("repository", "sealed submissions are counted by a rule of their own"),
    },
    root={
        "models": "migrations need the tables of all folders",
        "parts": "the application's state, of which every question knows a piece",
        "public": "what public questions share: who may ask, how often, and 304",
        "operators": "who may see what operators see, of traces and of streams",
        "pages": "the templates and the style of the operators' pages",
        "readings": "what reading may cost, over all questions",
        "instants": "how `as_of` and periods are read, over all questions",
        "visitors": "for whom a question or a stream counts",
        "statements": "how statements are put together, in every folder that speaks SQL",
        "errors": "what can go wrong in any folder",
        "metrics": "every metric of the service",
    },
    arrows={
        **dict.fromkeys(
            ("fields -> fastapi", "operators -> fastapi", "pages -> fastapi", "public -> fastapi"),
            "routes of several folders share it",
        ),
        **dict.fromkeys(
            (
                "operators -> starlette",
                "pages -> starlette",
                "parts -> starlette",
                "public -> starlette",
                "readings -> starlette",
                "visitors -> starlette",
            ),
            "it looks at the request for routes of several folders",
        ),
        "live.stream -> starlette": "the stream is an ASGI application, not a route",
        **dict.fromkeys(
            (
                "results.schemas -> status.schemas",
                "results.service -> status.figures",
                "results.service -> status.hanging",
            ),
            "a question about results has the figures of the status alone",
        ),
        "live.frames -> ledger.schemas": "a frame holds what the ledger answers",
        "live.frames -> status.schemas": "a frame holds what the status answers",
        "live.memory -> status.schemas": "it encodes what the status answers",
        "live.stream -> status.schemas": "it gives frames and the memory what the status answers",
        "view -> sqlalchemy": "each part of the projection speaks SQL itself",
        "lead -> asyncpg": "the leader's lock lives as long as a session of its own",
        "statements -> sqlalchemy": "it makes statements",
        "traces.service -> sqlalchemy": "a row is made into what is shown of it",
    },
)

_OF_A_PAGE = "a part of one page that is more than its view"
PORTAL = House(
    service="portal",
    order=("pages", "shell", "upstream | words", "errors"),
    folders={"pages": "a folder is a page: route, view, template and script"},
    parts={
        "upstream": "a file is a service that pages ask, or a part of asking",
        # The shell renders with words, and words are in a language: so languages and formats are here, below the shell.
        "words": "a file is a table of words or a way to make sentences",
        "shell": "a file is a part of what every page shares",
    },
    ideas={
        "pages.public.area": Idea("view", "the area: its rule of access, its menu, what caches may keep"),
        "pages.expert.area": Idea("view", "the area: its rule of access, its menu, what caches may keep"),
        "pages.hub.area": Idea("view", "the area: its rule of access, its menu, what caches may keep"),
        "pages.public.home.attention": Idea("view", _OF_A_PAGE),
        "pages.public.home.ledger": Idea("view", _OF_A_PAGE),
        "pages.public.home.report_days": Idea("view", _OF_A_PAGE),
        "pages.public.home.tiles": Idea("view", _OF_A_PAGE),
        "pages.public.home.timeline": Idea("view", _OF_A_PAGE),
        "pages.public.feedback.sealed": Idea("view", _OF_A_PAGE),
        "pages.public.feedback.work": Idea("view", _OF_A_PAGE),
        "pages.public.mailbox.files": Idea("view", _OF_A_PAGE),
        "pages.public.mailbox.identity": Idea("view", _OF_A_PAGE),
        "pages.public.mailbox.steps": Idea("view", _OF_A_PAGE),
        "pages.public.task.lists": Idea("view", _OF_A_PAGE),
        "pages.public.indicator.chart": Idea("view", _OF_A_PAGE),
        "pages.public.task.own_fields": Idea("view", _OF_A_PAGE),
        "pages.public.task.progress": Idea("view", _OF_A_PAGE),
    },
    root={"errors": "pages, shell and upstream raise them; each becomes the error page"},
    arrows={
        "pages.public.styleguide -> pages.public": "the page of all parts shows the parts of other pages",
        "shell -> starlette": "areas, rendering, forms and addresses are the portal's side of HTTP",
    },
    layers=PAGE_LAYERS,
    depth={"pages": 3},
)

HOUSES = {house.service: house for house in (TASKS, FEEDBACK, DATA_CATALOG, MONITORING, PORTAL)}
