/* SPDX-License-Identifier: MIT
 *
 * Writing a manifest as JSON. */
#include "manifest/manifest_json.h"

#include "manifest/manifest.h"

/* ---- pieces ---- */

static void put_text(struct buf *b, const char *key, const struct manifest_text *t)
{
	if (!t->at)
		return;
	manifest_json_key(b, key);
	json_put_str(b, t->text);
}

static void put_number(struct buf *b, const char *key, const struct manifest_number *n)
{
	if (!n->at)
		return;
	manifest_json_key(b, key);
	buf_printf(b, "%lld", (long long)n->value);
}

static void put_flag(struct buf *b, const char *key, const struct manifest_flag *f)
{
	if (!f->at)
		return;
	manifest_json_key(b, key);
	buf_putz(b, f->on ? "true" : "false");
}

/* sets are sorted, each once */
static void put_texts(struct buf *b, const char *key, const struct manifest_texts *t, bool is_set)
{
	MANIFEST_SORTED(v, t->v, t->n);
	bool first = true;

	if (!t->at)
		return;
	manifest_json_key(b, key);
	buf_putc(b, '[');
	for (size_t i = 0; i < t->n; i++) {
		const struct manifest_text *one = is_set ? v[i] : &t->v[i];

		if (is_set && i &&
		    str_eq(one->text, ((const struct manifest_text *)v[i - 1])->text))
			continue;
		if (!first)
			buf_putc(b, ',');
		first = false;
		json_put_str(b, one->text);
	}
	buf_putc(b, ']');
}

static void put_vars(struct buf *b, const char *key, const struct manifest_vars *vars, bool empty)
{
	MANIFEST_SORTED(v, vars->v, vars->n);

	if (!vars->at || (!vars->n && !empty))
		return;
	manifest_json_key(b, key);
	buf_putc(b, '{');
	for (size_t i = 0; i < vars->n; i++) {
		const struct manifest_var *one = v[i];

		manifest_json_name(b, one->name);
		json_put_str(b, one->value);
	}
	buf_putc(b, '}');
}

static void put_raw(struct buf *b, const char *key, const struct toml *t, bool sort)
{
	if (!t)
		return;
	manifest_json_key(b, key);
	manifest_put_toml_json(b, t, sort);
}

/* ---- sections ---- */

static void put_outputs(struct buf *b, const struct manifest_package *p)
{
	if (p->outputs.at && p->all_outputs) {
		manifest_json_key(b, "outputs");
		json_put_str(b, S("all"));
	} else {
		put_texts(b, "outputs", &p->outputs, false);
	}
}

static void put_package(struct buf *b, const struct manifest_package *p)
{
	buf_putc(b, '{');
	if (p->kind == MANIFEST_CATALOG) {
		put_text(b, "pkg-path", &p->what);
		put_text(b, "pkg-group", &p->group);
		put_number(b, "priority", &p->priority);
		put_text(b, "version", &p->version);
		put_texts(b, "systems", &p->systems, false);
	} else if (p->kind == MANIFEST_FLAKE) {
		put_text(b, "flake", &p->what);
		put_number(b, "priority", &p->priority);
		put_texts(b, "systems", &p->systems, false);
	} else {
		put_text(b, "store-path", &p->what);
		put_texts(b, "systems", &p->systems, false);
		put_number(b, "priority", &p->priority);
	}
	if (p->kind != MANIFEST_STORE_PATH)
		put_outputs(b, p);
	buf_putc(b, '}');
}

static void put_packages(struct buf *b, const struct manifest *m)
{
	MANIFEST_SORTED(v, m->packages, m->n_packages);
	MANIFEST_SORTED(groups, m->groups, m->n_groups);

	if (m->n_packages) {
		manifest_json_key(b, "install");
		buf_putc(b, '{');
		for (size_t i = 0; i < m->n_packages; i++) {
			const struct manifest_package *p = v[i];

			manifest_json_name(b, p->id);
			put_package(b, p);
		}
		buf_putc(b, '}');
	}
	if (!m->n_groups)
		return;
	manifest_json_key(b, "pkg-groups");
	buf_putc(b, '{');
	for (size_t i = 0; i < m->n_groups; i++) {
		const struct manifest_group *g = groups[i];

		manifest_json_name(b, g->name);
		buf_putc(b, '{');
		put_text(b, "stability", &g->stability);
		buf_putc(b, '}');
	}
	buf_putc(b, '}');
}

static void put_shells(struct buf *b, const struct manifest_text *v)
{
	/* ORDER manifest_shell */
	static const char *const keys[] = {
#define X(id, key) key,
		MANIFEST_SHELLS(X)
#undef X
	};

	for (size_t i = 0; i < MANIFEST_SHELL_COUNT; i++)
		put_text(b, keys[i], &v[i]);
}

static void put_scripts(struct buf *b, const struct manifest *m)
{
	if (m->hook.at) {
		manifest_json_key(b, "hook");
		buf_putc(b, '{');
		put_text(b, "on-activate", &m->hook.on_activate);
		put_text(b, "on-deactivate", &m->hook.on_deactivate);
		buf_putc(b, '}');
	}
	if (!m->profile.at)
		return;
	manifest_json_key(b, "profile");
	buf_putc(b, '{');
	put_shells(b, m->profile.activate);
	if (m->profile.deactivate_at) {
		manifest_json_key(b, "deactivate");
		buf_putc(b, '{');
		put_shells(b, m->profile.deactivate);
		buf_putc(b, '}');
	}
	buf_putc(b, '}');
}

static void put_options(struct buf *b, const struct manifest_options *o)
{
	manifest_json_key(b, "options");
	buf_putc(b, '{');
	put_texts(b, "systems", &o->systems, false);
	if (o->allow_unfree.at || o->allow_broken.at || o->allow_licenses.at) {
		manifest_json_key(b, "allow");
		buf_putc(b, '{');
		put_flag(b, "unfree", &o->allow_unfree);
		put_flag(b, "broken", &o->allow_broken);
		put_texts(b, "licenses", &o->allow_licenses, false);
		buf_putc(b, '}');
	}
	if (o->allow_pre_releases.at) {
		manifest_json_key(b, "semver");
		buf_putc(b, '{');
		put_flag(b, "allow-pre-releases", &o->allow_pre_releases);
		buf_putc(b, '}');
	}
	put_flag(b, "cuda-detection", &o->cuda_detection);
	if (o->activate_mode.at || o->upgrade_notifications.at) {
		manifest_json_key(b, "activate");
		buf_putc(b, '{');
		put_text(b, "mode", &o->activate_mode);
		put_flag(b, "upgrade-notifications", &o->upgrade_notifications);
		buf_putc(b, '}');
	}
	put_text(b, "stability", &o->stability);
	buf_putc(b, '}');
}

static void put_depends(struct buf *b, const struct manifest_service *s)
{
	/* ORDER manifest_condition */
	static const char *const words[] = {"process_started", "process_completed",
					    "process_completed_successfully"};
	MANIFEST_SORTED(v, s->depends, s->n_depends);

	if (!s->depends_at)
		return;
	manifest_json_key(b, "depends-on");
	buf_putc(b, '{');
	for (size_t i = 0; i < s->n_depends; i++) {
		const struct manifest_dependency *d = v[i];

		manifest_json_name(b, d->service);
		buf_printf(b, "{\"condition\":\"%s\"}", words[d->condition]);
	}
	buf_putc(b, '}');
}

static void put_service(struct buf *b, const struct manifest_service *s)
{
	buf_putc(b, '{');
	put_text(b, "command", &s->command);
	put_vars(b, "vars", &s->vars, true);
	put_flag(b, "is-daemon", &s->is_daemon);
	if (s->shutdown_at) {
		manifest_json_key(b, "shutdown");
		buf_putc(b, '{');
		put_text(b, "command", &s->shutdown_command);
		put_number(b, "timeout-seconds", &s->shutdown_timeout);
		put_number(b, "signal", &s->shutdown_signal);
		buf_putc(b, '}');
	}
	put_depends(b, s);
	put_raw(b, "systemd", s->systemd, false);
	put_texts(b, "systems", &s->systems, false);
	buf_putc(b, '}');
}

static void put_services(struct buf *b, const struct manifest *m)
{
	MANIFEST_SORTED(v, m->services, m->n_services);

	if (!m->n_services && !m->auto_start.at)
		return;
	manifest_json_key(b, "services");
	buf_putc(b, '{');
	put_flag(b, "auto-start", &m->auto_start);
	for (size_t i = 0; i < m->n_services; i++) {
		const struct manifest_service *s = v[i];

		manifest_json_name(b, s->name);
		put_service(b, s);
	}
	buf_putc(b, '}');
}

static void put_version(struct buf *b, const struct manifest_build *one)
{
	put_text(b, "version", &one->version);
	if (!one->version_file.at && !one->version_command.at)
		return;
	manifest_json_key(b, "version");
	buf_putc(b, '{');
	put_text(b, "file", &one->version_file);
	put_text(b, "command", &one->version_command);
	buf_putc(b, '}');
}

static void put_builds(struct buf *b, const struct manifest *m)
{
	/* ORDER manifest_sandbox */
	static const char *const words[] = {"off", "warn", "enforce", "pure"};
	MANIFEST_SORTED(v, m->builds, m->n_builds);

	if (!m->n_builds)
		return;
	manifest_json_key(b, "build");
	buf_putc(b, '{');
	for (size_t i = 0; i < m->n_builds; i++) {
		const struct manifest_build *one = v[i];

		manifest_json_name(b, one->name);
		buf_putc(b, '{');
		put_text(b, "command", &one->command);
		put_texts(b, "runtime-packages", &one->runtime_packages, false);
		if (one->sandbox_at) {
			manifest_json_key(b, "sandbox");
			json_put_str(b, str_c(words[one->sandbox]));
		}
		put_texts(b, "sandbox-allow", &one->sandbox_allow, false);
		put_version(b, one);
		put_text(b, "description", &one->description);
		put_texts(b, "license", &one->license, false);
		buf_putc(b, '}');
	}
	buf_putc(b, '}');
}

static void put_container(struct buf *b, const struct manifest_container *c)
{
	if (!c->at)
		return;
	manifest_json_key(b, "containerize");
	buf_putc(b, '{');
	if (c->config_at) {
		manifest_json_key(b, "config");
		buf_putc(b, '{');
		put_text(b, "user", &c->user);
		put_texts(b, "exposed-ports", &c->exposed_ports, true);
		put_texts(b, "cmd", &c->cmd, false);
		put_texts(b, "volumes", &c->volumes, true);
		put_text(b, "working-dir", &c->working_dir);
		put_vars(b, "labels", &c->labels, true);
		put_text(b, "stop-signal", &c->stop_signal);
		buf_putc(b, '}');
	}
	buf_putc(b, '}');
}

static void put_includes(struct buf *b, const struct manifest *m)
{
	if (!m->n_includes)
		return;
	manifest_json_key(b, "include");
	buf_putz(b, "{\"environments\":[");
	for (size_t i = 0; i < m->n_includes; i++) {
		const struct manifest_include *one = &m->includes[i];

		buf_putz(b, i ? ",{" : "{");
		put_text(b, "dir", &one->dir);
		put_text(b, "remote", &one->remote);
		put_text(b, "name", &one->name);
		put_number(b, "generation", &one->generation);
		put_flag(b, "auto-upgrade", &one->auto_upgrade);
		buf_putc(b, '}');
	}
	buf_putz(b, "]}");
}

static void put_head(struct buf *b, const struct manifest *m)
{
	if (m->schema == MANIFEST_V1) {
		manifest_json_key(b, "version");
		buf_putz(b, "1");
	} else {
		manifest_json_key(b, "schema-version");
		json_put_str(b, str_c(manifest_schema_text(m->schema)));
	}
	put_text(b, "description", &m->description);
	if (!m->minimum_cli_reason.at) {
		put_text(b, "minimum-cli-version", &m->minimum_cli);
		return;
	}
	manifest_json_key(b, "minimum-cli-version");
	buf_putc(b, '{');
	put_text(b, "version", &m->minimum_cli);
	put_text(b, "reason", &m->minimum_cli_reason);
	buf_putc(b, '}');
}

/* Of a merged one, too, whose root is the including file's. [plugins.kiln] is with the plugins. */
static void put_kiln(struct buf *b, const struct manifest *m)
{
	/* ORDER manifest_restart */
	static const char *const words[] = {"no", "on-failure", "always"};
	MANIFEST_SORTED(v, m->watches, m->n_watches);

	if ((m->plugins && toml_get(m->plugins, S("kiln"))) || (!m->slots.n && !m->n_watches))
		return;
	manifest_json_key(b, "kiln");
	buf_putc(b, '{');
	put_vars(b, "slots", &m->slots, false);
	if (m->n_watches) {
		manifest_json_key(b, "services");
		buf_putc(b, '{');
	}
	for (size_t i = 0; i < m->n_watches; i++) {
		const struct manifest_watch *w = v[i];

		manifest_json_name(b, w->service);
		buf_putc(b, '{');
		put_text(b, "ready", &w->ready);
		put_number(b, "ready-timeout-seconds", &w->ready_timeout);
		if (w->restart_at) {
			manifest_json_key(b, "restart");
			json_put_str(b, str_c(words[w->restart]));
		}
		buf_putc(b, '}');
	}
	buf_putz(b, m->n_watches ? "}}" : "}");
}

void manifest_put_json(struct buf *b, const struct manifest *m)
{
	buf_putc(b, '{');
	put_head(b, m);
	put_packages(b, m);
	put_vars(b, "vars", &m->vars, false);
	put_scripts(b, m);
	put_options(b, &m->options);
	put_services(b, m);
	put_builds(b, m);
	put_container(b, &m->container);
	put_includes(b, m);
	if (m->plugins && m->plugins->table.n)
		put_raw(b, "plugins", m->plugins, true);
	put_kiln(b, m);
	buf_putc(b, '}');
}
