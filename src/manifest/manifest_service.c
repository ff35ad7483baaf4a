/* SPDX-License-Identifier: MIT
 *
 * [services], and what [kiln.services] says of the same services. */
#include <stddef.h>

#include "manifest/manifest_int.h"
#include "manifest/manifest_json.h"

/* ---- shutdown ---- */

#define AT(member) offsetof(struct manifest_service, member)

static const struct manifest_key shutdown_keys[] = {
	{"command", MANIFEST_KIND_TEXT, 0, AT(shutdown_command), NULL},
	{"timeout-seconds", MANIFEST_KIND_NUMBER, 16, AT(shutdown_timeout), NULL},
	{"signal", MANIFEST_KIND_NUMBER, 16, AT(shutdown_signal), NULL},
};

static errint read_shutdown(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_service *s = into;
	errint rc = manifest_read_table(r, v, shutdown_keys, ARRAY_LEN(shutdown_keys), s);

	s->shutdown_at = v;
	if (rc)
		return rc;
	if (s->shutdown_timeout.at &&
	    (s->shutdown_timeout.value < 1 || s->shutdown_timeout.value > UINT32_MAX))
		return manifest_wrong(r, s->shutdown_timeout.at,
				      "has a timeout that is not a number of seconds from 1 on");
	if (s->shutdown_signal.at &&
	    (s->shutdown_signal.value < 1 || s->shutdown_signal.value > 31)) {
		manifest_wrong(r, s->shutdown_signal.at, "has signal %lld, not one from 1 to 31",
			       (long long)s->shutdown_signal.value);
		return err_hint(r->err, "15 is SIGTERM, 2 is SIGINT");
	}
	if (s->shutdown_signal.at && s->shutdown_command.at) {
		manifest_wrong(r, s->shutdown_signal.at, "has both a command and a signal");
		return err_hint(r->err,
				"remove 'signal': the command is run instead of sending one");
	}
	if (r->m->schema < 16 && !s->shutdown_command.at)
		return manifest_wrong(r, v, "has no 'command'");
	return 0;
}

/* ---- depends-on ---- */

static errint read_condition(struct manifest_reader *r, const struct toml *v, void *into)
{
	/* ORDER manifest_condition */
	static const char *const words[] = {"process_started", "process_completed",
					    "process_completed_successfully"};
	struct manifest_dependency *d = into;
	size_t i = 0;
	errint rc = manifest_read_word(r, v, words, ARRAY_LEN(words), &i);

	d->condition = (enum manifest_condition)i;
	return rc;
}

static const struct manifest_key dependency_keys[] = {
	{"condition", MANIFEST_KIND_OWN, 0, 0, read_condition},
};

static errint read_dependency(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_dependency *d = into;

	d->service = r->path[r->n_path - 1];
	d->at = v;
	errint rc = manifest_read_table(r, v, dependency_keys, ARRAY_LEN(dependency_keys), d);
	if (!rc && !toml_get(v, S("condition")))
		rc = manifest_wrong(r, v, "has no 'condition'");
	return rc;
}

static errint read_depends(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_service *s = into;
	void *out = NULL;
	errint rc = manifest_read_map(r, v, sizeof(struct manifest_dependency), read_dependency,
				      &out, &s->n_depends);

	s->depends = out;
	s->depends_at = v;
	return rc;
}

/* ---- systemd ---- */

/* What stands in the sections is systemd's. */
struct unit {
	const struct toml *unit, *service;
};

static const struct manifest_key systemd_keys[] = {
	{"unit", MANIFEST_KIND_RAW, 0, offsetof(struct unit, unit), NULL},
	{"service", MANIFEST_KIND_RAW, 0, offsetof(struct unit, service), NULL},
};

static errint read_systemd(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_service *s = into;
	struct unit unit;

	s->systemd = v;
	return manifest_read_table(r, v, systemd_keys, ARRAY_LEN(systemd_keys), &unit);
}

/* ---- a service ---- */

static const struct manifest_key service_keys[] = {
	{"command", MANIFEST_KIND_TEXT, 0, AT(command), NULL},
	{"vars", MANIFEST_KIND_VARS, 0, AT(vars), NULL},
	{"is-daemon", MANIFEST_KIND_FLAG, 0, AT(is_daemon), NULL},
	{"shutdown", MANIFEST_KIND_OWN, 0, 0, read_shutdown},
	{"depends-on", MANIFEST_KIND_OWN, 16, 0, read_depends},
	{"systemd", MANIFEST_KIND_OWN, 0, 0, read_systemd},
	{"systems", MANIFEST_KIND_TEXTS, 0, AT(systems), NULL},
};

static errint read_service(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_service *s = into;

	s->name = r->path[r->n_path - 1];
	s->at = v;
	if (!s->name.n || memchr(s->name.p, '\0', s->name.n))
		return manifest_wrong(r, v, "cannot be the name of a service");
	errint rc = manifest_read_table(r, v, service_keys, ARRAY_LEN(service_keys), s);
	if (rc)
		return rc;
	if (!s->command.at)
		return manifest_wrong(r, v, "has no 'command'");
	if (s->is_daemon.on && !s->shutdown_command.at) {
		manifest_wrong(r, v, "is a daemon without a command that stops it");
		return err_hint(r->err, "add shutdown.command, or remove is-daemon");
	}
	return 0;
}

errint manifest_read_services(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest *m = into;
	errint rc = manifest_want(r, v, TOML_TABLE);

	if (rc)
		return rc;
	m->services = ARENA_ARRAY(r->arena, struct manifest_service, v->table.n + 1);
	for (size_t i = 0; !rc && i < v->table.n; i++) {
		const struct toml_entry *e = &v->table.entries[i];

		manifest_path_push(r, e->key);
		/* The one key here that is no service's name. */
		if (str_eq(e->key, S("auto-start"))) {
			if (m->schema < 12)
				manifest_find(r, MANIFEST_NEWER, e->value, S(""), 12);
			rc = manifest_read_kind(r, MANIFEST_KIND_FLAG, e->value, &m->auto_start);
		} else {
			rc = read_service(r, e->value, &m->services[m->n_services++]);
		}
		manifest_path_pop(r);
	}
	return rc;
}

/* ---- [kiln] ---- */

static errint read_restart(struct manifest_reader *r, const struct toml *v, void *into)
{
	/* ORDER manifest_restart */
	static const char *const words[] = {"no", "on-failure", "always"};
	struct manifest_watch *w = into;
	size_t i = 0;
	errint rc = manifest_read_word(r, v, words, ARRAY_LEN(words), &i);

	w->restart = (enum manifest_restart)i;
	w->restart_at = v;
	return rc;
}

static const struct manifest_key watch_keys[] = {
	{"ready", MANIFEST_KIND_TEXT, 0, offsetof(struct manifest_watch, ready), NULL},
	{"ready-timeout-seconds", MANIFEST_KIND_NUMBER, 0,
	 offsetof(struct manifest_watch, ready_timeout), NULL},
	{"restart", MANIFEST_KIND_OWN, 0, 0, read_restart},
};

static errint read_watch(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_watch *w = into;

	w->service = r->path[r->n_path - 1];
	w->at = v;
	errint rc = manifest_read_table(r, v, watch_keys, ARRAY_LEN(watch_keys), w);
	if (rc)
		return rc;
	if (w->ready.at && !str_starts(w->ready.text, S("http://")) &&
	    !str_starts(w->ready.text, S("https://")))
		return manifest_wrong(r, w->ready.at, "is ready at '%s', not at http://…",
				      manifest_shown(r->arena, w->ready.text));
	if (w->ready_timeout.at && (w->ready_timeout.value < 1 || w->ready_timeout.value > 86400))
		return manifest_wrong(r, w->ready_timeout.at,
				      "has a timeout that is not 1 to 86400 seconds");
	return 0;
}

static errint read_watches(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest *m = into;
	void *out = NULL;
	errint rc = manifest_read_map(r, v, sizeof(struct manifest_watch), read_watch, &out,
				      &m->n_watches);

	m->watches = out;
	return rc;
}

static const struct manifest_key kiln_keys[] = {
	{"slots", MANIFEST_KIND_VARS, 0, offsetof(struct manifest, slots), NULL},
	{"services", MANIFEST_KIND_OWN, 0, 0, read_watches},
};

errint manifest_read_kiln(struct manifest_reader *r, const struct toml *v, void *into)
{
	return manifest_read_table(r, v, kiln_keys, ARRAY_LEN(kiln_keys), into);
}
