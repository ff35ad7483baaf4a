/* SPDX-License-Identifier: MIT
 *
 * The outside that a result must not depend on, read in one place: environment variables, the
 * clock, the user, the machine. */
#pragma once

#include "base/str.h"

/* The variable's value, or NULL when unset or empty. Borrowed. */
const char *env_get(const char *name);
/* The same with a default. */
const char *env_or(const char *name, const char *otherwise);
/* Empty ones, too: NULL only when unset. */
const char *env_text(const char *name);
/* "1", "true", "yes" are true. */
bool env_flag(const char *name);

/* Monotonic milliseconds; seconds and nanoseconds since 1970. */
uint64_t clock_ms(void);
int64_t clock_unix(void);
int64_t clock_unix_ns(void);

/* The machine's own system, "x86_64-linux". */
const char *native_system(void);

/* The user's folders by the XDG base directory specification, malloc'd: `<base>/kiln`. HOME
 * missing falls back to the password file. */
ATTR_MALLOC char *user_data_dir(void);
ATTR_MALLOC char *user_cache_dir(void);
ATTR_MALLOC char *user_config_dir(void);
ATTR_MALLOC char *user_state_dir(void);
