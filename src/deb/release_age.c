/* SPDX-License-Identifier: MIT
 *
 * How old a release is. A signature never ends: whoever keeps an old InRelease, or stands between
 * us and the archive, can hand it out for ever, so that updates never come. */
#include "deb/release.h"

#include <stdio.h>

static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
				   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* Days from 1970-01-01, in the calendar of today. */
static int64_t days_to(int64_t year, int month, int day)
{
	/* From March on, leap days come last. */
	int64_t y = month <= 2 ? year - 1 : year;
	int m = month <= 2 ? month + 9 : month - 3;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

/* "Sat, 01 Jan 2022 00:00:00 UTC", which is the only form that archives write. */
static bool parse_date(struct str s, int64_t *out)
{
	char text[40], name[4], zone[6];
	int year, month = 0, day, hour, minute, second, end = -1;

	if (s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d %5s%n", &day, name, &year, &hour,
	       &minute, &second, zone, &end);
	while (end == (int)s.n && month < 12 && strcmp(name, months[month]) != 0)
		month++;
	if (end != (int)s.n || month == 12 || year < 1970 || day < 1 || day > 31 || hour < 0 ||
	    hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
		return false;
	if (strcmp(zone, "UTC") != 0 && strcmp(zone, "GMT") != 0 && strcmp(zone, "+0000") != 0)
		return false;
	*out = days_to(year, month + 1, day) * 86400 + hour * 3600 + minute * 60 + second;
	return true;
}

static errint need_date(const char *field, struct str value, int64_t *out, struct err *err)
{
	if (parse_date(value, out))
		return 0;
	return err_set(err, ERR_CORRUPT, "its field '%s' is no date: '%.*s'", field,
		       STR_ARG(value));
}

errint deb_release_check_valid(const struct deb_release *r, int64_t now, struct err *err)
{
	int64_t until;

	if (!r->valid_until.n)
		return 0;
	errint rc = need_date("Valid-Until", r->valid_until, &until, err);
	if (rc || now <= until)
		return rc;
	err_set(err, ERR_MISMATCH, "it is of %.*s and was valid until %.*s", STR_ARG(r->date),
		STR_ARG(r->valid_until));
	return err_hint(err, "ask another mirror, or look at this machine's clock; --accept-old "
			     "takes it, as a snapshot's");
}

errint deb_release_check_newer(const struct deb_release *r, struct str locked, struct err *err)
{
	int64_t then, now;

	/* The same text needs no understanding, and a lock without a date cannot be older. */
	if (!locked.n || str_eq(r->date, locked))
		return 0;
	errint rc = need_date("Date", r->date, &now, err);
	if (rc)
		return rc;
	if (!parse_date(locked, &then))
		return err_set(err, ERR_CORRUPT, "the old lock's date is none: '%.*s'",
			       STR_ARG(locked));
	if (now >= then)
		return 0;
	err_set(err, ERR_MISMATCH, "it is of %.*s, and what is locked is newer: of %.*s",
		STR_ARG(r->date), STR_ARG(locked));
	return err_hint(err, "ask another mirror; --accept-old goes back");
}
