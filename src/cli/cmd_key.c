/* SPDX-License-Identifier: MIT
 *
 * kiln key: keys to sign with, and whose signatures a project trusts. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/date.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/report.h"
#include "cli/key_verbs.h"
#include "project/project.h"
#include "release/evidence.h"
#include "release/statement.h"
#include "store/key_files.h"
#include "store/key_ring.h"

struct key_command {
	const char *project, *name, *output, *from, *until, *reason, *on;
	struct option_list gates;
	bool json, compromised;
};

#define OPT_KEY_PROJECT \
	OPT_TEXT(struct key_command, project, "--project", "DIR", "the project's folder")

/* ---- the project's file ---- */

/* Its kiln.toml, wherever a link leads, and what is in it; an absent one is empty. */
struct key_file {
	char *path;
	struct buf text;
	mode_t mode;
};

static void key_file_release(struct key_file *f)
{
	free(f->path);
	buf_release(&f->text);
}

static errint open_file_of(const char *project, struct key_file *f, struct err *err)
{
	char *dir CLEANUP_FREE = NULL;
	struct stat st;
	ERR(absent);
	errint rc = project_find(project, &dir, err);

	if (rc)
		return rc;
	char *at CLEANUP_FREE = xasprintf("%s/.flox/kiln.toml", dir);
	f->path = realpath(at, NULL);
	f->text = (struct buf)BUF_INIT(LIMIT_SMALL_FILE);
	f->mode = f->path && stat(f->path, &st) == 0 ? st.st_mode & 0777 : 0644;
	if (!f->path)
		f->path = STEAL(at);
	if (file_read(AT_FDCWD, f->path, &f->text, &absent) && absent.code != ERR_NOT_FOUND)
		return err_move(err, &absent);
	return 0;
}

static errint save(const struct key_file *f, const struct buf *text, struct cli *cli,
		   struct err *err)
{
	errint rc = file_write(AT_FDCWD, f->path, buf_str(text), f->mode, FILE_WRITE_SYNC, err);

	if (!rc)
		report_msg(cli_report(cli), REPORT_NOTE, "changed '%s': commit it", f->path);
	return rc;
}

/* ---- generate ---- */

static const struct option generate_rows[] = {
	OPT_TEXT(struct key_command, output, "-o --output", "FILE",
		 "the file for the secret key (NAME.secret in kiln's configuration folder)"),
	OPERAND(struct key_command, name, "NAME"),
	OPT_END,
};

static errint generate(struct cli *cli, void *ctx, struct err *err)
{
	struct key_command *c = ctx;
	struct signing_key k CLEANUP(signing_key_wipe) = {0};
	struct public_key public;
	BUF(text, LIMIT_SMALL_FILE);
	errint rc = signing_key_new(&cli->a, str_c(c->name), &k, err);

	if (rc)
		return rc;
	char *file CLEANUP_FREE = c->output ? xstrdup(c->output) : key_file_of(k.name);
	if (!c->output)
		rc = key_folder_make(err);
	if (!rc)
		rc = signing_key_write(&k, file, err);
	if (rc)
		return rc;
	report_msg(cli_report(cli), REPORT_NOTE, "the secret key is in '%s'", file);
	signing_key_public(&k, &public);
	public_key_print(&public, &text);
	out_printf("%s\n", buf_z(&text));
	return 0;
}

static const struct command key_verb_generate = {
	.name = "generate",
	.summary = "make a key, and print its public half",
	.rows = generate_rows,
	.size = sizeof(struct key_command),
	.run = generate,
};

/* ---- list ---- */

static const struct option list_rows[] = {
	OPT_KEY_PROJECT,
	OPT_FLAG(struct key_command, json, "--json", "print JSON"),
	OPT_END,
};

static const char *standing_text(const struct trusted_key *k)
{
	switch (key_standing(k, clock_unix())) {
	case KEY_GOOD:
		return "trusted";
	case KEY_NOT_YET:
		return "not yet";
	case KEY_EXPIRED:
		return "expired";
	case KEY_RETIRED:
		return "retired";
	case KEY_COMPROMISED:
		return "compromised";
	}
	return "";
}

static bool among(const struct str *v, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], s))
			return true;
	return false;
}

static void json_date(const char *key, int64_t at)
{
	char text[DATE_TEXT_MAX];

	out_printf(", \"%s\": ", key);
	if (at == INT64_MIN || at == INT64_MAX)
		out_str(S("null"));
	else
		out_json(str_c(date_print(at, text)));
}

static void json_key(const struct trusted_key *k, bool secret)
{
	BUF(text, LIMIT_SMALL_FILE);

	public_key_print(&k->key, &text);
	out_str(S("{\"name\": "));
	out_json(k->key.name);
	out_printf(", \"public\": \"%s\", \"standing\": \"%s\", \"secretHere\": %s", buf_z(&text),
		   standing_text(k), secret ? "true" : "false");
	json_date("from", k->from);
	json_date("until", k->until);
	json_date("retired", k->retired && k->retired_at ? k->retired_at : INT64_MAX);
	out_str(S(", \"reason\": "));
	out_json_or_null(k->reason);
	out_str(S(", \"gates\": "));
	out_str(k->n_gates ? S("[") : S("null"));
	for (size_t i = 0; i < k->n_gates; i++) {
		out_str(i ? S(", ") : S(""));
		out_json(k->gates[i]);
	}
	out_str(k->n_gates ? S("]}") : S("}"));
}

static void print_key(const struct trusted_key *k, bool secret)
{
	char text[DATE_TEXT_MAX];

	out_printf("%-20.*s %s", STR_ARG(k->key.name), standing_text(k));
	if (k->retired && k->retired_at)
		out_printf(" on %s", date_print(k->retired_at, text));
	if (k->retired && k->reason.n)
		out_printf(" (%.*s)", STR_ARG(k->reason));
	if (!k->retired && k->from != INT64_MIN)
		out_printf(" from %s", date_print(k->from, text));
	if (!k->retired && k->until != INT64_MAX)
		out_printf(" until %s", date_print(k->until, text));
	for (size_t i = 0; i < k->n_gates; i++)
		out_printf("%s%.*s", i ? ", " : " for ", STR_ARG(k->gates[i]));
	out_str(secret ? S(" [its secret is here]\n") : S("\n"));
}

/* Secret keys that the project does not trust. */
static void print_others(const struct key_ring *ring, const struct str *names, size_t n, bool json,
			 bool first)
{
	for (size_t i = 0; i < n; i++) {
		if (key_ring_find(ring, names[i]))
			continue;
		if (!json) {
			out_printf("%-20.*s not trusted [its secret is here]\n", STR_ARG(names[i]));
			continue;
		}
		out_str(first ? S("\n  {\"name\": ") : S(",\n  {\"name\": "));
		out_json(names[i]);
		out_str(S(", \"standing\": \"not trusted\", \"secretHere\": true}"));
		first = false;
	}
}

static errint list(struct cli *cli, void *ctx, struct err *err)
{
	struct key_command *c = ctx;
	struct key_file f CLEANUP(key_file_release) = {0};
	struct key_ring ring = {0};
	struct str *names = NULL;
	size_t n = 0;
	ERR(none);
	errint rc = open_file_of(c->project, &f, &none);

	/* Without a project there are one's own keys. */
	if (rc == ERR_NOT_FOUND && !c->project)
		rc = 0;
	else if (rc)
		return err_move(err, &none);
	else
		rc = key_ring_parse(buf_str(&f.text), f.path, &cli->a, &ring, err);
	if (!rc)
		rc = key_files_list(&cli->a, &names, &n, err);
	if (rc)
		return rc;
	out_str(c->json ? S("[") : S(""));
	for (size_t i = 0; i < ring.n; i++) {
		bool secret = among(names, n, ring.v[i].key.name);

		if (!c->json) {
			print_key(&ring.v[i], secret);
			continue;
		}
		out_str(i ? S(",\n  ") : S("\n  "));
		json_key(&ring.v[i], secret);
	}
	print_others(&ring, names, n, c->json, ring.n == 0);
	out_str(c->json ? S("\n]\n") : S(""));
	return 0;
}

static const struct command key_verb_list = {
	.name = "list",
	.summary = "show whose signatures count, and which secret keys are here",
	.rows = list_rows,
	.size = sizeof(struct key_command),
	.run = list,
};

/* ---- trust and retire ---- */

static const struct option trust_rows[] = {
	OPT_KEY_PROJECT,
	OPT_TEXT(struct key_command, from, "--from", "DATE", "nothing before counts"),
	OPT_TEXT(struct key_command, until, "--until", "DATE", "nothing from then on counts"),
	OPT_LIST(struct key_command, gates, "--gate", "NAME", "it may sign for these gates alone"),
	OPERAND(struct key_command, name, "KEY"),
	OPT_END,
};

static errint take_date(const char *option, const char *text, int64_t *out, struct err *err)
{
	if (!text || date_parse(str_c(text), out))
		return 0;
	err_set(err, ERR_USAGE, "'%s' takes a date, not '%s'", option, text);
	return err_hint(err, "2026-11-29, or 2026-11-29T19:00:00Z");
}

/* A public key, a file that holds one, or the name of a secret key that is here. */
static errint find_public(struct cli *cli, const char *given, struct public_key *out,
			  struct err *err)
{
	struct signing_key k CLEANUP(signing_key_wipe) = {0};
	BUF(text, LIMIT_SMALL_FILE);
	errint rc;

	if (strchr(given, ':'))
		return public_key_parse(&cli->a, str_c(given), out, err);
	if (strchr(given, '/')) {
		rc = file_read(AT_FDCWD, given, &text, err);
		if (!rc)
			rc = public_key_parse(&cli->a, buf_str(&text), out, err);
		return rc ? err_wrap(err, "'%s'", given) : 0;
	}
	rc = key_find(&cli->a, given, &k, err);
	if (rc)
		return rc == ERR_NOT_FOUND ? err_hint(err, "a public key is NAME:BASE64") : rc;
	signing_key_public(&k, out);
	return 0;
}

static errint trust(struct cli *cli, void *ctx, struct err *err)
{
	struct key_command *c = ctx;
	struct key_file f CLEANUP(key_file_release) = {0};
	struct trusted_key k = {.from = INT64_MIN, .until = INT64_MAX};
	BUF(text, LIMIT_SMALL_FILE);
	errint rc = take_date("--from", c->from, &k.from, err);

	if (!rc)
		rc = take_date("--until", c->until, &k.until, err);
	if (!rc && k.from >= k.until)
		rc = err_set(err, ERR_USAGE, "'--until' is not after '--from'");
	if (!rc)
		rc = find_public(cli, c->name, &k.key, err);
	k.n_gates = c->gates.n;
	k.gates = ARENA_ARRAY(&cli->a, struct str, k.n_gates);
	for (size_t i = 0; !rc && i < k.n_gates; i++) {
		k.gates[i] = str_c(c->gates.v[i]);
		if (!gate_name_check(k.gates[i]))
			rc = err_set(err, ERR_USAGE, "'%s' is no gate's name", c->gates.v[i]);
	}
	if (!rc)
		rc = open_file_of(c->project, &f, err);
	if (!rc)
		rc = key_ring_trust(buf_str(&f.text), f.path, &k, &text, err);
	return rc ? rc : save(&f, &text, cli, err);
}

static const struct command key_verb_trust = {
	.name = "trust",
	.summary = "let a key's signatures count in this project",
	.rows = trust_rows,
	.size = sizeof(struct key_command),
	.run = trust,
};

static const struct option retire_rows[] = {
	OPT_KEY_PROJECT,
	OPT_TEXT(struct key_command, reason, "--reason", "TEXT", "why; it is written down"),
	OPT_FLAG(struct key_command, compromised, "--compromised",
		 "somebody else may have it: nothing that it signed counts any more"),
	OPT_TEXT(struct key_command, on, "--on", "DATE", "the day to write down (now)"),
	OPERAND(struct key_command, name, "NAME"),
	OPT_END,
};

static errint retire(struct cli *cli, void *ctx, struct err *err)
{
	struct key_command *c = ctx;
	struct key_file f CLEANUP(key_file_release) = {0};
	struct trusted_key k = {.retired = true,
				.compromised = c->compromised,
				.retired_at = clock_unix(),
				.key.name = str_c(c->name),
				.reason = str_c(c->reason)};
	BUF(text, LIMIT_SMALL_FILE);

	if (!c->reason || !*c->reason)
		return err_set(err, ERR_USAGE, "'--reason' is missing: why does it retire?");
	errint rc = take_date("--on", c->on, &k.retired_at, err);
	if (!rc)
		rc = open_file_of(c->project, &f, err);
	if (rc)
		return rc;
	/* What is there now was signed before; a project outside of Git has no evidence. */
	char *dir CLEANUP_FREE = str_dupz(path_dir(str_c(f.path)));
	ERR(no_git);
	k.evidence = S("");
	if (!c->compromised && evidence_tip(dir, &cli->a, &k.evidence, &no_git))
		report_err(cli_report(cli), &no_git);
	rc = key_ring_retire(buf_str(&f.text), f.path, &k, &text, err);
	return rc ? rc : save(&f, &text, cli, err);
}

static const struct command key_verb_retire = {
	.name = "retire",
	.summary = "let a key sign nothing more",
	.rows = retire_rows,
	.size = sizeof(struct key_command),
	.run = retire,
};

static const struct command *const verbs[] = {
	&key_verb_generate, &key_verb_list, &key_verb_retire, &key_verb_sign, &key_verb_trust,
	&key_verb_verify,   NULL,
};

const struct command command_key = {
	.name = "key",
	.summary = "keys to sign with, and whose signatures count",
	.topic = TOPIC_STORE,
	.verbs = verbs,
};
