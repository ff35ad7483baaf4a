/* SPDX-License-Identifier: MIT
 *
 * URLs that mean something else tomorrow. */
#pragma once

#include "base/str.h"

/* The part of a URL that says so ("/latest/", "/refs/heads/"), or none: STR_NULL. Files behind
 * mirror:// never change, whatever folder they are in. */
struct str url_moving_part(struct str url);
