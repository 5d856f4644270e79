/*
 * cloud_time.h - moments as providers write them. Their local times are Beijing's, whatever the
 * zone of this office. Pure.
 */
#ifndef QUANZU_CLOUD_TIME_H
#define QUANZU_CLOUD_TIME_H

#include <stddef.h>
#include <stdint.h>

enum { CLOUD_UTC = 0, CLOUD_BEIJING = 8 };

#define CLOUD_ISO "%Y-%m-%dT%H:%M:%SZ"
#define CLOUD_BASIC "%Y%m%dT%H%M%SZ"
#define CLOUD_HTTP "%a, %d %b %Y %H:%M:%S GMT"

/* %Y %m %d %H %M %S %a %b (English); out[n] is "" when it does not fit. Returns out. */
char *cloud_time(int64_t ms, int zone, const char *format, char *out, size_t n);
/*
 * yyyy-MM-dd HH:mm:ss, with T, with / instead of -, 14 digits in a row, with or without Z or
 * +08:00 (else the zone given); or seconds or milliseconds since 1970. 0: not understood.
 */
int64_t cloud_time_read(const char *text, int zone);

#endif
