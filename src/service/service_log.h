/* SPDX-License-Identifier: MIT
 *
 * What services printed: reading their logs, also while they are written and set aside. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* Gives a piece of a log: whole lines where there are several logs; false ends it. */
typedef bool service_log_fn(void *ctx, const char *name, struct str piece);
enum { SERVICE_LOG_ALL = -1 };
/* The last `lines` lines of each log, or all; with `follow` then what comes, until fn says so, or
 * fd out (-1: none) has no reader any more. */
ATTR_MUST_CHECK errint services_logs(const char *dir, const char *const *names, size_t n,
				     int64_t lines, bool follow, int out, service_log_fn *fn,
				     void *ctx, struct err *err);
