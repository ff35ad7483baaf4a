/* SPDX-License-Identifier: MIT
 *
 * The file that bash begins with, the environment that it is given, and the exec. */
#include "env/dev_shell.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "env/view.h"
#include "store/store.h"

extern char **environ;

void shell_quote(struct buf *b, struct str word)
{
	buf_putc(b, '\'');
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] == '\'')
			buf_putz(b, "'\\''");
		else
			buf_putc(b, word.p[i]);
	}
	buf_putc(b, '\'');
}

/* ---- the file ---- */

/* The folder goes at once, since bash has the file open, or with the shell when more in it is
 * needed. Setups have exit hooks instead of a trap of ours. */
static void put_cleaning(struct buf *b, const struct dev_shell *d)
{
	if (!d->has_files) {
		buf_putz(b, "command rm -rf ");
		shell_quote(b, str_c(d->folder));
		buf_putc(b, '\n');
		return;
	}
	buf_putz(b, "_kiln_shell_clean() { command rm -rf ");
	shell_quote(b, str_c(d->folder));
	buf_putz(b, "; }\ntrap _kiln_shell_clean EXIT\n"
		    "exitHooks+=(_kiln_shell_clean)\nfailureHooks+=(_kiln_shell_clean)\n");
}

static void put_setup(struct buf *b, const struct dev_shell *d)
{
	if (!d->pure)
		buf_putz(b, "[ -n \"$PS1\" ] && [ -e ~/.bashrc ] && source ~/.bashrc\n"
			    "_kiln_shell_path=$PATH\n");
	buf_putz(b, "unset PATH\ndontAddDisableDepTrack=1\n");
	if (d->attrs) {
		buf_putz(b, "source ");
		shell_quote(b, str_c(d->attrs));
		buf_putc(b, '\n');
	}
	buf_putz(b, "[ -e \"$stdenv/setup\" ] && source \"$stdenv/setup\"\n");
	if (!d->pure)
		buf_putz(b, "PATH=${PATH:+$PATH:}$_kiln_shell_path; unset _kiln_shell_path\n");
}

/* cmake's hook sets configurePhase='cmakeConfigurePhase', and a build runs that; the function
 * configurePhase beside it finds nothing to do. A text that calls the function means that one. */
static void put_phases(struct buf *b, const struct dev_shell *d)
{
	if (d->own_phases)
		buf_putz(b, "for _kiln_phase in unpack patch configure build check install fixup "
			    "installCheck dist; do\n"
			    "_kiln_phase+=Phase\n"
			    "case ${!_kiln_phase-} in '' | *$_kiln_phase*) ;; *) "
			    "eval \"$_kiln_phase() { eval \\\"\\$$_kiln_phase\\\"; }\" ;; esac\n"
			    "done; unset _kiln_phase\n");
}

static void put_hook(struct buf *b, const struct dev_shell *d)
{
	if (d->no_hook)
		return;
	buf_putz(b, "if [ \"$(type -t runHook)\" = function ]; then runHook shellHook\n");
	if (d->hook_alone)
		buf_putz(b, "elif [ -n \"$shellHook\" ]; then eval \"$shellHook\"\n");
	buf_putz(b, "fi\n");
}

static void put_shell(struct buf *b, const struct dev_shell *d)
{
	struct str bin = path_dir(str_c(d->bash));

	buf_putz(b, "PATH=");
	shell_quote(b, bin);
	buf_putz(b, "${PATH:+:$PATH}\nSHELL=");
	shell_quote(b, str_c(d->bash));
	buf_putz(b, "\nBASH=");
	shell_quote(b, str_c(d->bash));
	buf_putz(b, "\nset +e\n[ -n \"$PS1\" ] && [ -z \"$NIX_SHELL_PRESERVE_PROMPT\" ] && PS1=");
	shell_quote(b, str_c(d->prompt));
	buf_putc(b, '\n');
	put_hook(b, d);
	buf_putz(b, "unset NIX_ENFORCE_PURITY\nshopt -u nullglob\nunset TZ\n");
	if (env_text("TZ")) {
		buf_putz(b, "export TZ=");
		shell_quote(b, str_c(env_text("TZ")));
		buf_putc(b, '\n');
	}
	buf_putz(b, "shopt -s execfail\n");
}

static errint write_rc(const struct dev_shell *d, char **out, struct err *err)
{
	char *path CLEANUP_FREE = path_join(str_c(d->folder), S("rc"));
	BUF(b, LIMIT_SMALL_FILE);

	put_cleaning(&b, d);
	put_setup(&b, d);
	put_phases(&b, d);
	put_shell(&b, d);
	if (d->command)
		buf_printf(&b, "%s\n", d->command);
	errint rc = buf_check(&b, "shell's file", err);
	if (!rc)
		rc = file_write(AT_FDCWD, path, buf_str(&b), 0600, 0, err);
	if (rc)
		return rc;
	*out = STEAL(path);
	return 0;
}

/* ---- the environment ---- */

/* What a pure shell keeps of ours: who and where the person is. */
static const char *const kept[] = {
	"HOME",
	"XDG_RUNTIME_DIR",
	"USER",
	"LOGNAME",
	"DISPLAY",
	"WAYLAND_DISPLAY",
	"WAYLAND_SOCKET",
	"PATH",
	"TERM",
	"IN_NIX_SHELL",
	"NIX_SHELL_PRESERVE_PROMPT",
	"TZ",
	"PAGER",
	"NIX_BUILD_SHELL",
	"SHLVL",
	"http_proxy",
	"https_proxy",
	"ftp_proxy",
	"all_proxy",
	"no_proxy",
};

static bool is_among(struct str name, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eqz(name, v[i]))
			return true;
	return false;
}

static bool is_kept(const struct dev_shell *d, const char *variable)
{
	struct str name = str_c(variable), value;

	str_cut(name, '=', &name, &value);
	if (is_among(name, d->unset, d->n_unset))
		return false;
	return !d->pure || is_among(name, kept, ARRAY_LEN(kept)) ||
	       is_among(name, d->keep, d->n_keep);
}

/* Replaces a variable of the same name. */
static void add(char **v, size_t *n, char *variable)
{
	size_t name = (size_t)(strchrnul(variable, '=') - variable) + 1;

	for (size_t i = 0; i < *n; i++) {
		if (strncmp(v[i], variable, name) == 0) {
			v[i] = variable;
			return;
		}
	}
	v[(*n)++] = variable;
	v[*n] = NULL;
}

static char **make_env(struct arena *a, struct store *s, const struct dev_shell *d)
{
	static const char *const folders[] = {"NIX_BUILD_TOP", "TMPDIR", "TEMPDIR", "TMP", "TEMP"};
	const char *tmp = env_get("TMPDIR") ?: env_or("XDG_RUNTIME_DIR", "/tmp");
	size_t n = 0, room = 0, own = 0;
	long cores = d->cores ? (long)d->cores : sysconf(_SC_NPROCESSORS_ONLN);

	while (environ[room])
		room++;
	while (d->env[own])
		own++;
	char **v = ARENA_ARRAY(a, char *, room + own + ARRAY_LEN(folders) + 4);
	for (size_t i = 0; i < room; i++)
		if (is_kept(d, environ[i]))
			v[n++] = environ[i];
	/* Or /etc/bashrc would read /etc/profile. */
	if (d->pure)
		add(v, &n, arena_strz(a, S("__ETC_PROFILE_SOURCED=1")));
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		add(v, &n, arena_printf(a, "%s=%s", folders[i], tmp));
	add(v, &n, arena_printf(a, "NIX_STORE=%.*s", STR_ARG(store_dir(s))));
	add(v, &n, arena_printf(a, "NIX_BUILD_CORES=%ld", cores > 0 ? cores : 1));
	for (size_t i = 0; i < own; i++)
		add(v, &n, d->env[i]);
	return v;
}

errint dev_shell_start(struct store *s, const struct dev_shell *d, struct err *err)
{
	char *rc_file CLEANUP_FREE = NULL;
	ARENA(a);
	char **env = make_env(&a, s, d);
	errint rc = write_rc(d, &rc_file, err);

	if (!rc)
		rc = view_enter(s, err);
	if (rc)
		return rc;
	char *bash = (char *)"bash", *rcfile = (char *)"--rcfile";
	char *staying[] = {bash, rcfile, rc_file, NULL};
	char *running[] = {bash, rc_file, NULL};
	execve(d->bash, d->interactive ? staying : running, env);
	return err_sys(err, "starting '%s'", d->bash);
}
