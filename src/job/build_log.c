/* SPDX-License-Identifier: MIT
 *
 * Logs on disk are plain text: Nix reads them as it reads its own compressed ones. */
#include "job/build_log.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "job/build.h"

/* Longer lines are shown in pieces; the file has them whole. */
enum { LINE_SHOWN = 8192 };

static char *log_path(struct store *s, struct str drv_path, char **folder)
{
	ARENA(a);
	struct str base = store_path_base(drv_path);
	char *dir = arena_printf(&a, "%s/drvs/%.*s", store_config(s)->log_dir,
				 STR_ARG(str_sub(base, 0, 2)));
	char *real CLEANUP_FREE = store_real_path(s, str_c(dir));
	char *path = path_join(str_c(real), str_skip(base, 2));

	if (folder)
		*folder = STEAL(real);
	return path;
}

errint build_log_open(struct store *s, struct str drv_path, size_t keep, struct build_log *out,
		      struct err *err)
{
	char *folder CLEANUP_FREE = NULL;
	char *path CLEANUP_FREE = log_path(s, drv_path, &folder);
	errint rc = mkdir_p(AT_FDCWD, folder, 0755, err);

	if (rc)
		return err_wrap(err, "opening the build log");
	/* A new file each time: somebody may be reading the last one. */
	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_sys(err, "making the build log '%s'", path);
	*out = (struct build_log){
		.path = STEAL(path),
		.fd = fd,
		.line = BUF_INIT(LIMIT_LOG_TAIL),
		.tail = xcalloc(keep + 1, sizeof(char *)),
		.keep = keep,
	};
	return 0;
}

static void keep_line(struct build_log *l, struct str line)
{
	if (!l->keep)
		return;
	free(l->tail[l->next]);
	l->tail[l->next] = str_dupz(line);
	l->next = (l->next + 1) % l->keep;
	l->n_tail = MIN(l->n_tail + 1, l->keep);
	l->of_phase++;
}

static void phase_begins(struct build_log *l, struct str phase)
{
	/* Said twice, as a line and as a message. */
	if (l->phase && str_eqz(phase, l->phase))
		return;
	free(l->phase);
	l->phase = str_dupz(phase);
	l->of_phase = 0;
}

/* The line with which setup scripts begin a phase. */
static void note_phase(struct build_log *l, struct str line)
{
	struct str start = S("Running phase: ");
	struct str name = str_skip(line, start.n);

	if (str_starts(line, start) && name.n && str_chr(name, ' ') < 0)
		phase_begins(l, name);
}

/* Progress bars return the carriage: only what would stay visible is the line. */
static struct str visible(struct str line)
{
	line = str_drop_suffix(line, S("\r"));
	ptrdiff_t cr = str_rchr(line, '\r');

	return cr >= 0 ? str_skip(line, (size_t)cr + 1) : line;
}

static bool member(struct arena *a, const struct json_member *v, size_t n, const char *key,
		   struct str *text)
{
	const struct str *value = json_find(v, n, str_c(key));
	ERR(ignored);

	return value && !json_string(a, *value, text, &ignored);
}

/* A message for Nix's own progress display (NIX_LOG_FD): only errors and warnings are for people.
 */
static void take_message(struct build_log *l, struct str json, build_log_fn *fn, void *ctx)
{
	struct str action, text;
	const struct str *level;
	struct json_member *v;
	ERR(ignored);
	ARENA(a);
	size_t n;

	if (json_members(&a, json, &v, &n, &ignored) || !member(&a, v, n, "action", &action))
		return;
	level = json_find(v, n, S("level"));
	if (str_eqz(action, "setPhase") && member(&a, v, n, "phase", &text))
		phase_begins(l, text);
	else if (str_eqz(action, "msg") && level &&
		 (str_eqz(*level, "0") || str_eqz(*level, "1")) && member(&a, v, n, "msg", &text))
		fn(ctx, text, true);
}

static void line_done(struct build_log *l, build_log_fn *fn, void *ctx)
{
	struct str line = visible(buf_str(&l->line));

	if (str_starts(line, S("@nix {"))) {
		take_message(l, str_skip(line, strlen("@nix ")), fn, ctx);
	} else {
		note_phase(l, line);
		keep_line(l, line);
		fn(ctx, line, false);
	}
	buf_clear(&l->line);
}

void build_log_put(struct build_log *l, struct str bytes, build_log_fn *fn, void *ctx)
{
	ERR(ignored);

	if (l->fd >= 0 && fd_write_all(l->fd, bytes.p, bytes.n, &ignored))
		close(STEAL_FD(l->fd));
	for (size_t i = 0; i < bytes.n; i++) {
		if (bytes.p[i] == '\n') {
			line_done(l, fn, ctx);
			continue;
		}
		buf_putc(&l->line, bytes.p[i] ? bytes.p[i] : ' ');
		if (l->line.n >= LINE_SHOWN)
			line_done(l, fn, ctx);
	}
}

void build_log_end(struct build_log *l, build_log_fn *fn, void *ctx)
{
	if (l->line.n)
		line_done(l, fn, ctx);
	if (l->fd >= 0)
		close(STEAL_FD(l->fd));
}

/* The program that a shell did not find: "sh: line 1: cc: command not found", or dash's "sh: 1: cc:
 * not found"; "" for none. */
static struct str program_missing(struct str line)
{
	static const struct str ends[] = {S(": command not found"), S(": not found")};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		if (!str_ends(line, ends[i]))
			continue;
		struct str word = str_drop_suffix(line, ends[i]);
		ptrdiff_t at = str_rchr(word, ' ');
		word = str_skip(word, (size_t)(at + 1));
		/* A path that is not there is no matter of packages. */
		return at < 0 || str_chr(word, '/') >= 0 ? S("") : word;
	}
	return S("");
}

/* The compiler of the set is in every build that asks for one, other compilers in none. */
static bool hint_compiler(struct str program, struct err *err)
{
	static const char *const ours[] = {"cc", "gcc", "c++", "g++", "cpp", "ld", "ar", "as"};

	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		if (!str_eqz(program, ours[i]))
			continue;
		err_hint(
			err,
			"the compiler is in stdenv and runCommandCC, not in stdenvNoCC and runCommand");
		return true;
	}
	if (!str_starts(program, S("clang")))
		return false;
	err_hint(err,
		 "kiln's own package set compiles with gcc: say $CC, or CC=cc; it has no clang");
	return true;
}

static bool hint_program(struct str line, struct err *err)
{
	struct str program = program_missing(line);

	if (program.n && !hint_compiler(program, err))
		err_hint(err, "name the package that has '%.*s' in the recipe's nativeBuildInputs",
			 STR_ARG(program));
	return program.n > 0;
}

/* What stands behind `words`, up to a quote if they end with one. */
static struct str word_behind(struct str line, struct str words)
{
	ptrdiff_t at = str_find(line, words);

	if (at < 0)
		return S("");
	struct str rest = str_skip(line, (size_t)at + words.n);
	ptrdiff_t end = str_chr(rest, '\'');
	return end < 0 ? rest : (struct str){rest.p, (size_t)end};
}

/* Python's words for what a package build lacks. */
static bool hint_python(struct str line, struct err *err)
{
	struct str hook = word_behind(line, S("UnknownPluginError: Unknown build hook: "));
	struct str module = word_behind(line, S("ModuleNotFoundError: No module named '"));

	if (hook.n)
		err_hint(err,
			 "add the plugin of hatchling to the recipe's build-system: hatch-%.*s",
			 STR_ARG(hook));
	else if (module.n)
		err_hint(
			err,
			"add the package that has '%.*s' to the recipe's build-system, or to dependencies when it is needed later, too",
			STR_ARG(module));
	return hook.n || module.n;
}

void build_log_tell(const struct build_log *l, struct err *err)
{
	bool told = false;
	/* A phase that said nothing is no reason to say nothing. */
	size_t n = l->phase && l->of_phase ? MIN(l->of_phase, l->n_tail) : l->n_tail;
	size_t first = l->next + l->keep - n;

	if (!n)
		return;
	err_detail(err, "last %zu log lines:", n);
	for (size_t i = 0; i < n; i++) {
		const char *line = l->tail[(first + i) % l->keep];

		err_detail(err, "> %s", line);
		told |= strncmp(line, "hint: ", 6) == 0;
	}
	/* Unless the builder said so itself, as the set's phases do of what they call. */
	for (size_t i = n; !told && i-- > 0;) {
		struct str line = str_c(l->tail[(first + i) % l->keep]);

		told = hint_program(line, err) || hint_python(line, err);
	}
}

void build_log_release(struct build_log *l)
{
	if (!l->tail)
		return;
	for (size_t i = 0; i < l->keep; i++)
		free(l->tail[i]);
	free(l->tail);
	free(l->path);
	free(l->phase);
	l->tail = NULL;
	buf_release(&l->line);
	if (l->fd >= 0)
		close(STEAL_FD(l->fd));
}

errint build_log_read(struct store *s, struct str drv_path, struct buf *out, struct err *err)
{
	char *path CLEANUP_FREE = log_path(s, drv_path, NULL);
	errint rc = file_read(AT_FDCWD, path, out, err);

	if (rc != ERR_NOT_FOUND)
		return rc;
	return err_set(err, ERR_NOT_FOUND, "there is no log of '%.*s' here", STR_ARG(drv_path));
}
