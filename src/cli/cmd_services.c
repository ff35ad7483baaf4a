/* SPDX-License-Identifier: MIT
 *
 * kiln services: what an environment runs beside the shell. */
#include "cli/services_verbs.h"

#include <stdlib.h>
#include "base/environ.h"
#include "base/suggest.h"
#include "environment/environment.h"
#include "manifest/manifest.h"

void services_command_release(void *ctx)
{
	struct services_command *c = ctx;

	free(c->dir);
	free(c->state);
}

static const char *text_or_null(struct arena *a, const struct manifest_text *t)
{
	return t->at && t->text.n ? arena_strz(a, t->text) : NULL;
}

static const char *const *vars_of(struct arena *a, const struct manifest_vars *vars)
{
	const char **out = ARENA_ARRAY(a, const char *, vars->n + 1);

	for (size_t i = 0; i < vars->n; i++)
		out[i] = arena_printf(a, "%.*s=%.*s", STR_ARG(vars->v[i].name),
				      STR_ARG(vars->v[i].value));
	return out;
}

static void take_depends(struct arena *a, const struct manifest_service *m, struct service_spec *s)
{
	static const enum service_condition conditions[] = {
		[MANIFEST_STARTED] = SERVICE_STARTED,
		[MANIFEST_COMPLETED] = SERVICE_COMPLETED,
		[MANIFEST_SUCCEEDED] = SERVICE_SUCCEEDED,
	};
	struct service_dependency *v = ARENA_ARRAY(a, struct service_dependency, m->n_depends + 1);

	for (size_t i = 0; i < m->n_depends; i++)
		v[i] = (struct service_dependency){
			.service = arena_strz(a, m->depends[i].service),
			.condition = conditions[m->depends[i].condition],
		};
	s->depends = v;
	s->n_depends = m->n_depends;
}

static void take_watch(struct arena *a, const struct manifest_watch *w, struct service_spec *s)
{
	static const enum service_restart policies[] = {
		[MANIFEST_RESTART_NO] = SERVICE_RESTART_NO,
		[MANIFEST_RESTART_ON_FAILURE] = SERVICE_RESTART_ON_FAILURE,
		[MANIFEST_RESTART_ALWAYS] = SERVICE_RESTART_ALWAYS,
	};

	s->ready = text_or_null(a, &w->ready);
	s->ready_seconds = (unsigned)w->ready_timeout.value;
	s->restart = policies[w->restart];
}

static struct service_spec spec_of(struct arena *a, const struct manifest_service *m,
				   const char *dir)
{
	struct service_spec s = {
		.name = arena_strz(a, m->name),
		.command = arena_strz(a, m->command.text),
		.env = vars_of(a, &m->vars),
		.cwd = dir,
		.is_daemon = m->is_daemon.on,
		.shutdown_command = text_or_null(a, &m->shutdown_command),
		.stop_signal = (int)m->shutdown_signal.value,
		.stop_seconds = (unsigned)m->shutdown_timeout.value,
	};

	take_depends(a, m, &s);
	if (m->watch)
		take_watch(a, m->watch, &s);
	return s;
}

errint services_command_open(struct cli *cli, struct services_command *c, struct err *err)
{
	struct manifest *m;
	errint rc = environment_find(c->project, false, &c->dir, err);

	if (!rc)
		rc = manifest_read(c->dir, &cli->a, &m, err);
	if (!rc)
		rc = manifest_refuse_unknown(m, err);
	if (!rc)
		rc = manifest_compose(m, c->dir, &cli->a, &m, err);
	if (rc)
		return rc;
	c->manifest = m;
	c->state = xasprintf("%s/.flox/run/services", c->dir);
	c->specs = ARENA_ARRAY(&cli->a, struct service_spec, m->n_services + 1);
	for (size_t i = 0; i < m->n_services; i++)
		if (manifest_service_is_for(&m->services[i], str_c(native_system())))
			c->specs[c->n++] = spec_of(&cli->a, &m->services[i], c->dir);
	return 0;
}

static bool is_of_manifest(const struct services_command *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->specs[i].name, name) == 0)
			return true;
	return false;
}

static bool is_up(const struct services_command *c, const char *name)
{
	struct service_status s CLEANUP(service_status_release) = {0};
	ERR(ignored);

	return !service_status(c->state, name, &s, &ignored) && service_is_up(&s);
}

static errint unknown(const struct services_command *c, struct str name, struct err *err)
{
	struct suggestion near = suggestion_for(name);

	for (size_t i = 0; i < c->n; i++)
		suggestion_offer(&near, str_c(c->specs[i].name));
	if (manifest_service_find(c->manifest, name)) {
		err_set(err, ERR_NOT_FOUND, "service '%.*s' is not for this machine",
			STR_ARG(name));
		return err_hint(err, "its 'systems' does not name %s", native_system());
	}
	errint rc = err_set(err, ERR_NOT_FOUND, "there is no service '%.*s'", STR_ARG(name));
	if (!suggestion_hint(&near, err))
		err_hint(err, "'%s/.flox/env/manifest.toml' has %zu in [services]", c->dir, c->n);
	return rc;
}

errint services_command_names(struct cli *cli, struct services_command *c, const char ***out,
			      size_t *n, struct err *err)
{
	char **known CLEANUP(services_names_cleanup) = NULL;
	size_t at = 0, n_known = 0;
	errint rc = services_command_open(cli, c, err);

	if (!rc)
		rc = services_names(c->state, &known, err);
	if (rc)
		return rc;
	while (known[n_known])
		n_known++;
	*out = ARENA_ARRAY(&cli->a, const char *, c->n + n_known + c->names.n + 1);
	for (size_t i = 0; i < c->names.n; i++) {
		const char *name = c->names.v[i];

		if (!is_of_manifest(c, name) && !is_up(c, name))
			return unknown(c, str_c(name), err);
		(*out)[at++] = name;
	}
	for (size_t i = 0; !c->names.n && i < c->n; i++)
		(*out)[at++] = c->specs[i].name;
	for (size_t i = 0; !c->names.n && i < n_known; i++)
		if (!is_of_manifest(c, known[i]) && is_up(c, known[i]))
			(*out)[at++] = arena_strz(&cli->a, str_c(known[i]));
	*n = at;
	if (!at && !c->n)
		return err_set(err, ERR_NOT_FOUND, "'%s' has no services%s", c->dir,
			       c->manifest->n_services ? " for this machine" : "");
	return 0;
}

static const struct command *const verbs[] = {
	&services_verb_export,
	&services_verb_logs,
	&services_verb_restart,
	&services_verb_start,
	&services_verb_status,
	&services_verb_stop,
	NULL,
};

const struct command command_services = {
	.name = "services",
	.summary = "run what an environment has beside the shell",
	.topic = TOPIC_BUILD,
	.verbs = verbs,
};
