/* SPDX-License-Identifier: MIT
 *
 * Manifests: each key into its place, and what is refused, with line and cure. */
#include "tap.h"

#include "manifest/manifest.h"

static const char whole[] =
	"schema-version = \"1.19.0\"\n"
	"description = \"all of it\"\n"
	"minimum-cli-version = { version = \"1.19.0\", reason = \"why\" }\n"
	"[install]\n"
	"hello.pkg-path = \"hello\"\n"
	"\"python 3\" = { pkg-path = [\"python313Packages\", \"numpy\"], version = \"^2\","
	" priority = 3, pkg-group = \"py\", systems = [\"x86_64-linux\"], outputs = [\"out\"] }\n"
	"[install.tool]\n"
	"flake = \"github:owner/repo#tool\"\n"
	"outputs = \"all\"\n"
	"[install.mine]\n"
	"store-path = \"/nix/store/x-mine\"\n"
	"[pkg-groups.py]\n"
	"stability = \"stable\"\n"
	"[vars]\n"
	"A = \"$HOME/a\"\n"
	"B = \"\"\n"
	"[hook]\n"
	"on-activate = \"echo on\"\n"
	"on-deactivate = \"echo off\"\n"
	"[profile]\n"
	"common = \"c\"\n"
	"tcsh = \"t\"\n"
	"deactivate.fish = \"f\"\n"
	"[services]\n"
	"auto-start = true\n"
	"db.command = \"db\"\n"
	"[services.web]\n"
	"command = \"web\"\n"
	"vars.PORT = \"80\"\n"
	"is-daemon = true\n"
	"shutdown = { command = \"stop\", timeout-seconds = 3 }\n"
	"depends-on.db.condition = \"process_completed_successfully\"\n"
	"systems = [\"x86_64-linux\"]\n"
	"systemd.service.restart = \"always\"\n"
	"[build.app]\n"
	"command = \"make\"\n"
	"sandbox = \"pure\"\n"
	"sandbox-allow = [\"~/x/**\"]\n"
	"version.file = \"VERSION\"\n"
	"description = \"d\"\n"
	"license = [\"MIT\"]\n"
	"runtime-packages = []\n"
	"[options]\n"
	"systems = [\"x86_64-linux\", \"aarch64-linux\"]\n"
	"cuda-detection = false\n"
	"stability = \"lts\"\n"
	"allow.unfree = true\n"
	"allow.licenses = [\"MIT\"]\n"
	"semver.allow-pre-releases = true\n"
	"activate = { mode = \"run\", upgrade-notifications = false }\n"
	"[containerize.config]\n"
	"user = \"u\"\n"
	"exposed-ports = [\"80\"]\n"
	"labels.a = \"b\"\n"
	"[plugins.secret]\n"
	"deep.er = [1, 2]\n"
	"[kiln.slots]\n"
	"torch = \"cpu\"\n"
	"[kiln.services.web]\n"
	"ready = \"http://127.0.0.1:80/\"\n"
	"restart = \"on-failure\"\n";

static struct manifest *parse(struct arena *a, const char *text)
{
	struct manifest *m = NULL;
	ERR(err);

	IS_OK(manifest_parse(str_c(text), "m", a, &m, &err), err, "parsed");
	return m;
}

static void test_packages(const struct manifest *m)
{
	const struct manifest_package *p;

	IS_INT(m->n_packages, 4, "packages");
	p = manifest_package_find(m, S("hello"));
	OK(p && p->kind == MANIFEST_CATALOG && !p->version.at && p->priority.value == 5,
	   "a plain one");
	OK(p && !p->priority.at && p->what.at->line == 5, "and where it stands");
	OK(p && manifest_package_is_for(m, p, S("aarch64-linux")) &&
		   !manifest_package_is_for(m, p, S("x86_64-darwin")),
	   "for the options' systems");
	p = manifest_package_find(m, S("python 3"));
	IS_STR(p->what.text, S("python313Packages.numpy"), "attributes joined");
	OK(p->priority.value == 3 && p->systems.n == 1 && p->outputs.n == 1 && !p->all_outputs,
	   "the rest of it");
	OK(!manifest_package_is_for(m, p, S("aarch64-linux")), "its own systems");
	p = manifest_package_find(m, S("tool"));
	OK(p->kind == MANIFEST_FLAKE && p->all_outputs && p->outputs.at, "a flake");
	p = manifest_package_find(m, S("mine"));
	OK(p->kind == MANIFEST_STORE_PATH, "a store path");
	IS_STR(p->what.text, S("/nix/store/x-mine"), "which");
	IS_STR(m->groups[0].stability.text, S("stable"), "a group");
}

static void test_sections(const struct manifest *m)
{
	const struct manifest_service *s = manifest_service_find(m, S("web"));
	const struct manifest_build *b = manifest_build_find(m, S("app"));

	IS_INT(m->n_findings, 0, "nothing unknown");
	IS_INT(m->schema, 19, "schema");
	IS_STR(m->minimum_cli_reason.text, S("why"), "reason");
	OK(m->vars.n == 2 && m->vars.v[1].at && !m->vars.v[1].value.n, "variables");
	IS_STR(m->hook.on_deactivate.text, S("echo off"), "hook");
	IS_STR(m->profile.activate[MANIFEST_TCSH].text, S("t"), "profile");
	IS_STR(m->profile.deactivate[MANIFEST_FISH].text, S("f"), "profile's leaving");
	OK(!m->profile.activate[MANIFEST_ZSH].at, "what is not set");
	OK(m->auto_start.on && m->n_services == 2 && s && s->is_daemon.on, "services");
	IS_STR(s->shutdown_command.text, S("stop"), "shutdown");
	OK(s->shutdown_timeout.value == 3 && !s->shutdown_signal.at, "timeout");
	OK(s->n_depends == 1 && s->depends[0].condition == MANIFEST_SUCCEEDED, "depends-on");
	OK(s->watch && s->watch->restart == MANIFEST_RESTART_ON_FAILURE, "kiln's own");
	OK(s->systemd && !manifest_service_is_for(s, S("aarch64-linux")), "systems");
	OK(b && b->sandbox == MANIFEST_SANDBOX_PURE && b->runtime_packages.at &&
		   !b->runtime_packages.n && b->license.n == 1,
	   "build");
	IS_STR(b->version_file.text, S("VERSION"), "its version");
	OK(m->options.allow_unfree.on && m->options.cuda_detection.at &&
		   !m->options.cuda_detection.on && m->options.allow_pre_releases.on &&
		   m->options.upgrade_notifications.at,
	   "options");
	IS_STR(m->options.activate_mode.text, S("run"), "mode");
	OK(m->container.exposed_ports.n == 1 && m->container.labels.n == 1, "containerize");
	OK(m->plugins && m->plugins->table.n == 1, "plugins");
	OK(m->slots.n == 1 && str_eq(m->slots.v[0].value, S("cpu")), "slots");
}

/* ---- refused ---- */

static void refused(const char *text, const char *words, const char *hint)
{
	struct manifest *m = NULL;
	ARENA(a);
	ERR(err);
	errint rc = manifest_parse(str_c(text), "m", &a, &m, &err);

	if (!rc)
		rc = manifest_refuse_unknown(m, &err);
	IS_INT(rc, ERR_CORRUPT, "refused");
	OK(err.msg && strstr(err.msg, words), "'%s' in '%s'", words, err.msg ? err.msg : "");
	if (hint)
		OK(err.hint && strstr(err.hint, hint), "'%s' in '%s'", hint,
		   err.hint ? err.hint : "");
}

#define V1 "version = 1\n"

static void test_refusals(void)
{
	refused("[install]\n", "m:1:1: 'schema-version' is missing", "version = 1");
	refused("version = 2\n", "m:1:11: version 2", NULL);
	refused("version = \"1\"\n", "'version' is a string, not the number 1", "schema-version");
	refused("schema-version = \"1.20.0\"\n", "m:1:18: schema-version '1.20.0' is not known",
		"1.19.0");
	refused("schema-version = 1.10\n", "'schema-version' is a float, not a string", "1.12.0");
	refused(V1 "schema-version = \"1.10.0\"\n", "both", "remove 'version'");
	refused(V1 "[install]\nhello.pkgpath = \"hello\"\n",
		"m:3:7: 'install.hello' has none of 'pkg-path'", "did you mean 'pkg-path'?");
	refused(V1 "[instal]\n", "m:2:1: 'instal' is no key of a manifest",
		"did you mean 'install'?");
	refused(V1 "[install]\nhello = \"hello\"\n", "'install.hello' is a string, not a table",
		"hello.pkg-path = \"hello\"");
	refused(V1 "[install.a]\npkg-path = \"a\"\nflake = \"b\"\n", "more than one", NULL);
	refused(V1 "[install.a]\nflake = \"b\"\nversion = \"1\"\n", "'install.a.version' is no key",
		NULL);
	refused(V1 "[install.\"a b\"]\npkg-path = \"a\"\npriority = \"3\"\n",
		"m:4:12: 'install.\"a b\".priority' is a string, not an integer", NULL);
	refused(V1 "[install.a]\npkg-path = \"a\"\npriority = -1\n", "below 0", NULL);
	refused(V1 "[install.a]\npkg-path = \"a\"\noutputs = \"all\"\n",
		"m:4:11: 'install.a.outputs' is of schema-version 1.10.0",
		"schema-version = \"1.10.0\"");
	refused(V1 "[vars]\nPORT = 8188\n", "m:3:8: 'vars.PORT' is an integer, not a string",
		"write it in quotes");
	refused(V1 "[vars]\n\"A=B\" = \"\"\n", "cannot be the name of a variable", NULL);
	refused(V1 "[hook]\non-activate = \"a\\u0000b\"\n", "has a NUL", NULL);
	refused(V1 "[hook]\non-actvate = \"\"\n", "'hook.on-actvate' is no key", "'on-activate'");
	refused(V1 "[hook]\non-deactivate = \"\"\n", "schema-version 1.15.0", NULL);
}

static void test_more_refusals(void)
{
	refused(V1 "[services.s]\nis-daemon = true\ncommand = \"c\"\n",
		"'services.s' is a daemon without", "shutdown.command");
	refused(V1 "[services.s]\n", "'services.s' has no 'command'", NULL);
	refused(V1 "[services]\nauto-start = true\n", "schema-version 1.12.0", NULL);
	refused("schema-version = \"1.16.0\"\n[services.s]\ncommand = \"c\"\nshutdown.signal = 32\n",
		"signal 32", "SIGTERM");
	refused("schema-version = \"1.16.0\"\n[services.s]\ncommand = \"c\"\n"
		"shutdown = { command = \"a\", signal = 2 }\n",
		"both a command and a signal", "remove 'signal'");
	refused("schema-version = \"1.16.0\"\n[services.s]\ncommand = \"c\"\n"
		"shutdown.timeout-seconds = 0\n",
		"from 1 on", NULL);
	refused("schema-version = \"1.16.0\"\n[services.web]\ncommand = \"c\"\n"
		"depends-on.wep.condition = \"process_started\"\n",
		"'web' depends on 'wep'", "'web'");
	refused("schema-version = \"1.16.0\"\n[services.s]\ncommand = \"c\"\n"
		"depends-on.s.condition = \"process_healthy\"\n",
		"'services.s.depends-on.s.condition' is 'process_healthy', not \"process_started\", ",
		NULL);
	refused(V1 "[build.b]\ncommand = \"c\"\nsandbox = \"of\"\n", "is 'of', not \"off\"",
		"did you mean 'off'?");
	refused(V1 "[build.b]\ncommand = \"c\"\nsandbox = \"warn\"\n", "1.13.0", NULL);
	refused(V1 "[build.b]\ncommand = \"c\"\nversion = { file = \"f\", command = \"c\" }\n",
		"'build.b.version' is a text, or", NULL);
	refused(V1 "[include]\nenvironments = [ { name = \"x\" } ]\n", "'include.environments'",
		NULL);
	refused(V1 "[options.activate]\nmode = \"devel\"\n", "not \"dev\" or \"run\"", "'dev'");
	refused(V1 "[kiln.services.web]\nready = \"http://a\"\n", "'web', which is no service",
		NULL);
	refused(V1 "[services.w]\ncommand = \"c\"\n[kiln.services.w]\nready = \"a\\nb\\u007f\"\n",
		"'kiln.services.w' is ready at 'a\\nb?', not", NULL);
	refused(V1 "[options.activate]\nmode = \""
		   "ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää\"\n",
		"ä…', not \"dev\"", NULL);
	refused(V1 "[kiln.slot]\n", "'kiln.slot' is no key", "'slots'");
	refused("schema-version = \"1.14.0\"\n[plugins.kiln.slots]\na = \"b\"\n[kiln]\n", "both",
		NULL);
	refused("schema-version = \"1.11.0\"\nminimum-cli-version = \"1.x\"\n", "three numbers",
		NULL);
	refused(V1 "[a]\n[b]\n[c]\n[d]\n[e]\n[f]\n[g]\n", "m:2:1: 'a'", NULL);
	refused(V1 "x = [", "m:2:", NULL);
}

/* What people were told of badly by others. */
static void test_reports(void)
{
	refused(V1 "[install]\ncurl.path = \"curl\"\ncurl.package-group = \"green\"\n",
		"'install.curl' has none of", "did you mean 'pkg-path'");
	refused(V1 "[install]\nnodejs_18.5.pkg-path = \"x\"\n", "'install.nodejs_18' has none of",
		"in quotes: \"nodejs_18.5\"");
	refused(V1 "[install]\na.pkg-path = \"a\"\na.pkg-path = \"b\"\n", "since line 3", NULL);
	refused(V1 "[installs]\n", "'installs' is no key", "did you mean 'install'?");
	refused(V1 "[options]\nallow.blah = true\n", "'options.allow.blah' is no key", NULL);
	refused(V1 "[services.s]\ncommand = \"c\"\nsystemd.foo.bar = \"b\"\n",
		"'services.s.systemd.foo' is no key", NULL);
	refused("schema-version = \"1.10.0\"\n[minimum-cli-version]\nversion = \"1.12.0\"\n"
		"reason = \"r\"\n",
		"'minimum-cli-version' is of schema-version 1.11.0", "schema-version = \"1.11.0\"");
	refused(V1 "[build.p]\ncommand = \"c\"\nsandbox-allow = []\n",
		"'build.p.sandbox-allow' is of schema-version 1.13.0, the manifest is of version 1",
		"make 'version = 1' of it: schema-version = \"1.13.0\"");
	refused(V1 "[options]\nsystems = \"x86_64-linux\"\n", "is a string, not an array",
		"[\"x86_64-linux\"]");
	refused(V1 "[packages]\n", "'packages' is no key", "'install'");
	refused(V1 "[env]\n", "'env' is no key", "'vars'");
	refused(V1 "[services.auto-start]\n", "'services.auto-start' is a table, not a boolean",
		NULL);
}

static void test_others(void)
{
	ARENA(a);
	struct manifest *m =
		parse(&a, "schema-version = \"1.14.0\"\n[plugins.kiln.slots]\ntorch = \"cpu\"\n");

	OK(m->slots.n == 1, "[plugins.kiln]");
	m = parse(&a,
		  V1 "[vars]\n[profile]\n[services]\n[include]\n[build]\n[install]\n[options]\n");
	OK(m->schema == MANIFEST_V1 && !m->n_findings && m->vars.at && !m->n_services,
	   "empty ones");
	m = parse(&a, "version = 1\r\n[hook]\r\non-activate = \"\"\"\r\na\r\nc\"\"\"\r\n");
	IS_STR(m->hook.on_activate.text, S("a\nc"), "lines of another system");
	m = parse(&a, V1 "[include]\nenvironments = [{dir = \"../a\"}, {reference = \"o/n\"}]\n"
			 "[kiln.services.theirs]\nready = \"http://a\"\n");
	OK(m->n_includes == 2 && m->includes[1].remote.at, "includes");
	OK(m->n_watches == 1, "a service that may be an included one's");
}

int main(void)
{
	ARENA(a);
	struct manifest *m = parse(&a, whole);

	if (m) {
		test_packages(m);
		test_sections(m);
	}
	test_refusals();
	test_more_refusals();
	test_reports();
	test_others();
	return tap_done();
}
