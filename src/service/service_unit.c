/* SPDX-License-Identifier: MIT
 *
 * Units as systemd.service(5), systemd.kill(5) and systemd.syntax(7) have them. */
#include "service/service_unit.h"

#include <signal.h>
#include <string.h>
#include "base/buf.h"

/* A word of a command line: quoted, with what systemd expands in it doubled. */
static void put_word(struct buf *b, const char *word)
{
	buf_putz(b, " \"");
	for (const unsigned char *p = (const unsigned char *)word; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_printf(b, "\\%c", *p);
		else if (*p == '%' || *p == '$')
			buf_printf(b, "%c%c", *p, *p);
		else if (*p == '\n')
			buf_putz(b, "\\n");
		else if (*p < 0x20 || *p == 0x7f)
			buf_printf(b, "\\x%02x", *p);
		else
			buf_putc(b, (char)*p);
	}
	buf_putc(b, '"');
}

/* more: a word that systemd expands, or NULL. */
static void put_command(struct buf *b, const char *key, const char *const *start,
			const struct service_spec *spec, const char *more, const char *command)
{
	buf_printf(b, "%s=", key);
	size_t at = b->n;

	for (size_t i = 0; start[i]; i++)
		put_word(b, start[i]);
	put_word(b, "env");
	for (size_t i = 0; spec->env && spec->env[i]; i++)
		put_word(b, spec->env[i]);
	if (more)
		buf_printf(b, " \"%s\"", more);
	put_word(b, "bash");
	put_word(b, "-c");
	put_word(b, command);
	/* Without the blank behind '='. */
	memmove(b->p + at, b->p + at + 1, b->n - at);
	b->n--;
	buf_putc(b, '\n');
}

/* A value that is no command: only '%' means anything in it, and the end of the line. */
static void put_value(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, "%s=", key);
	for (const char *p = value; *p; p++) {
		if (*p == '%')
			buf_putz(b, "%%");
		else
			buf_putc(b, *p == '\n' ? ' ' : *p);
	}
	buf_putc(b, '\n');
}

static const char *restart_text(enum service_restart r)
{
	return r == SERVICE_RESTART_ALWAYS       ? "always"
	       : r == SERVICE_RESTART_ON_FAILURE ? "on-failure"
						 : "no";
}

static void put_escaped(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9') || *p == '_' || *p == '.' || *p == '-';

		if (plain)
			buf_putc(out, *p);
		else
			buf_printf(out, "\\x%02x", (unsigned char)*p);
	}
}

void service_unit_name(const char *prefix, const char *name, struct buf *out)
{
	put_escaped(out, prefix);
	put_escaped(out, name);
	buf_putz(out, ".service");
}

static void put_needs(struct buf *b, const struct service_spec *spec, const char *prefix)
{
	for (int pass = 0; pass < 2 && spec->n_depends; pass++) {
		buf_putz(b, pass ? "After=" : "Wants=");
		for (size_t i = 0; i < spec->n_depends; i++) {
			if (i)
				buf_putc(b, ' ');
			service_unit_name(prefix, spec->depends[i].service, b);
		}
		buf_putc(b, '\n');
	}
}

errint service_unit(const struct service_spec *spec, const char *description,
		    const char *unit_prefix, const char *const *start, struct buf *out,
		    struct err *err)
{
	unsigned seconds = spec->stop_seconds ? spec->stop_seconds : SERVICE_STOP_SECONDS;

	buf_putz(out, "[Unit]\n");
	put_value(out, "Description", description);
	put_needs(out, spec, unit_prefix);
	buf_putz(out, "\n[Service]\nType=exec\n");
	/* Whether its command stays or leaves a daemon: no waiting for the one or the other. */
	if (spec->is_daemon)
		buf_putz(out, "RemainAfterExit=yes\n");
	if (spec->cwd)
		put_value(out, "WorkingDirectory", spec->cwd);
	put_command(out, "ExecStart", start, spec, NULL, spec->command);
	if (spec->shutdown_command)
		put_command(out, "ExecStop", start, spec, "FLOX_PROCESS_PID=${MAINPID}",
			    spec->shutdown_command);
	if (spec->stop_signal)
		buf_printf(out, "KillSignal=%d\n", spec->stop_signal);
	buf_printf(out, "KillMode=control-group\nTimeoutStopSec=%u\nTimeoutStartSec=infinity\n",
		   seconds);
	buf_printf(out, "Restart=%s\n", restart_text(spec->restart));
	if (spec->restart != SERVICE_RESTART_NO)
		buf_putz(out, "RestartSec=1\n");
	buf_putz(out, "\n[Install]\nWantedBy=default.target\n");
	return buf_check(out, "unit", err);
}
