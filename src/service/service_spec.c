/* SPDX-License-Identifier: MIT
 *
 * A spec as a file: "KEY=VALUE" each ended by a NUL, which no value can hold. The supervisor reads
 * it, and who ends what a killed one left. It has the environment in it: nobody else's to read. */
#include "service/service_int.h"

#include <stdlib.h>
#include "base/buf.h"
#include "base/file.h"

static void put(struct buf *b, const char *key, const char *value)
{
	if (!value)
		return;
	buf_printf(b, "%s=%s", key, value);
	buf_putc(b, '\0');
}

static void put_number(struct buf *b, const char *key, unsigned value)
{
	buf_printf(b, "%s=%u", key, value);
	buf_putc(b, '\0');
}

errint service_spec_write(const char *folder, const struct service_spec *spec, struct err *err)
{
	BUF(b, LIMIT_SERVICE_SPEC);
	char *path CLEANUP_FREE = xasprintf("%s/spec", folder);

	put(&b, "name", spec->name);
	put(&b, "command", spec->command);
	put(&b, "cwd", spec->cwd);
	put(&b, "shutdown", spec->shutdown_command);
	put(&b, "ready", spec->ready);
	put_number(&b, "daemon", spec->is_daemon);
	put_number(&b, "signal", (unsigned)spec->stop_signal);
	put_number(&b, "stop-seconds", spec->stop_seconds);
	put_number(&b, "ready-seconds", spec->ready_seconds);
	put_number(&b, "restart", spec->restart);
	put_number(&b, "umask", spec->umask);
	for (size_t i = 0; spec->env && spec->env[i]; i++)
		put(&b, "env", spec->env[i]);
	errint rc = buf_check(&b, "service", err);
	if (!rc)
		rc = file_write(AT_FDCWD, path, buf_str(&b), 0600, 0, err);
	return rc ? err_wrap(err, "keeping the service '%s'", spec->name) : 0;
}

struct text_field {
	const char *key;
	size_t offset;
};

static const struct text_field texts[] = {
	{"name", offsetof(struct service_spec, name)},
	{"command", offsetof(struct service_spec, command)},
	{"cwd", offsetof(struct service_spec, cwd)},
	{"shutdown", offsetof(struct service_spec, shutdown_command)},
	{"ready", offsetof(struct service_spec, ready)},
};

static bool take_text(struct service_spec *out, struct str key, const char *value)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (!str_eqz(key, texts[i].key))
			continue;
		memcpy((char *)out + texts[i].offset, &value, sizeof(value));
		return true;
	}
	return false;
}

static bool take_number(struct service_spec *out, struct str key, struct str value)
{
	uint64_t n;

	if (!str_to_u64(value, &n) || n > UINT32_MAX)
		return false;
	if (str_eq(key, S("daemon")))
		out->is_daemon = n != 0;
	else if (str_eq(key, S("signal")) && n < 65)
		out->stop_signal = (int)n;
	else if (str_eq(key, S("stop-seconds")))
		out->stop_seconds = (unsigned)n;
	else if (str_eq(key, S("ready-seconds")))
		out->ready_seconds = (unsigned)n;
	else if (str_eq(key, S("restart")) && n <= SERVICE_RESTART_ALWAYS)
		out->restart = (enum service_restart)n;
	else if (str_eq(key, S("umask")) && n <= 0777)
		out->umask = (mode_t)n;
	else
		return false;
	return true;
}

errint service_spec_parse(struct str text, struct arena *a, struct service_spec *out,
			  struct err *err)
{
	struct service_spec spec = {0};
	struct str rest = text, one, key, value;
	size_t n = 0, n_env = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\0';
	const char **env = ARENA_ARRAY(a, const char *, n + 1);
	/* Each ends with a NUL, so the last piece is empty. */
	while (str_split(&rest, '\0', &one) && (one.n || rest.p)) {
		if (!rest.p || !str_cut(one, '=', &key, &value))
			return err_set(err, ERR_CORRUPT, "a kept service that is none");
		char *z = arena_strz(a, value);

		if (str_eq(key, S("env")))
			env[n_env++] = z;
		else if (!take_text(&spec, key, z) && !take_number(&spec, key, value))
			return err_set(err, ERR_CORRUPT, "a kept service with an odd '%.*s'",
				       STR_ARG(key));
	}
	if (!spec.name || !spec.command || !spec.cwd)
		return err_set(err, ERR_CORRUPT, "a kept service that is not whole");
	spec.env = env;
	*out = spec;
	return 0;
}

errint service_spec_read(const char *folder, struct arena *a, struct service_spec *out,
			 struct err *err)
{
	char *path CLEANUP_FREE = xasprintf("%s/spec", folder);
	BUF(b, LIMIT_SERVICE_SPEC);
	errint rc = file_read(AT_FDCWD, path, &b, err);

	if (!rc)
		rc = service_spec_parse(arena_str(a, buf_str(&b)), a, out, err);
	return rc ? err_wrap(err, "reading '%s'", path) : 0;
}
