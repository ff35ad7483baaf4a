/* SPDX-License-Identifier: MIT
 *
 * Environment variables, clocks and the user's folders. */
#include "base/environ.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/utsname.h>
#include "base/file.h"

const char *env_get(const char *name)
{
	const char *v = getenv(name);

	return v && *v ? v : NULL;
}

const char *env_or(const char *name, const char *otherwise)
{
	const char *v = env_get(name);

	return v ? v : otherwise;
}

const char *env_text(const char *name)
{
	return getenv(name);
}

bool env_flag(const char *name)
{
	struct str v = str_c(env_or(name, ""));

	return str_eqz(v, "1") || str_eqz(v, "true") || str_eqz(v, "yes");
}

uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int64_t clock_unix_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_unix(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

static char *home_dir(void)
{
	const char *home = env_get("HOME");
	char text[4096];
	struct passwd entry, *found = NULL;

	if (home)
		return xstrdup(home);
	/* A user without an entry, as in a container with an invented uid, lives in the root. */
	if (getpwuid_r(getuid(), &entry, text, sizeof(text), &found) == 0 && found)
		return xstrdup(found->pw_dir);
	return xstrdup("/");
}

static char *user_dir(const char *variable, const char *below_home)
{
	const char *base = env_get(variable);

	/* The specification: a relative path here is invalid and ignored. */
	if (base && base[0] == '/')
		return path_join(str_c(base), S("kiln"));
	char *home CLEANUP_FREE = home_dir();

	return path_join(str_c(home), str_c(below_home));
}

char *user_data_dir(void)
{
	return user_dir("XDG_DATA_HOME", ".local/share/kiln");
}

char *user_cache_dir(void)
{
	return user_dir("XDG_CACHE_HOME", ".cache/kiln");
}

char *user_config_dir(void)
{
	return user_dir("XDG_CONFIG_HOME", ".config/kiln");
}

char *user_state_dir(void)
{
	return user_dir("XDG_STATE_HOME", ".local/state/kiln");
}

const char *native_system(void)
{
	static char system[80];
	struct utsname u;

	if (!*system && !uname(&u))
		snprintf(system, sizeof(system), "%s-linux", u.machine);
	return system;
}
