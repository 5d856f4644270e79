/*
 * How fast residents are imported: rows a second, and how long a slice holds the desk. The limit
 * named beside it: the same rows and indexes written by bare SQLite, unsealed, with the same
 * commits.
 *
 *   BENCH_ROWS   residents (default 100000)
 *   BENCH_BARE   0: not the limit
 *   BENCH_DIR    a folder on the disk to be measured (default /tmp)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "checkpoint.h"
#include "clock.h"
#include "helper_people.h"
#include "helper_store.h"
#include "people.h"

#include "banned.h"

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double ms(int64_t us)
{
	return (double)us / 1000.0;
}

/* Seconds of the processor: what is left when others use the machine too. */
static double cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(void)
{
	int64_t rows = bench_number("BENCH_ROWS", 100000), slices = rows / PEOPLE_SLICE, took = 0,
		settled;
	int64_t *each = calloc((size_t)slices + 1, sizeof *each), late = 0;
	struct checkpoint *beside;
	struct temp_store t;
	double bare, cpu, s_all;

	if (each == NULL || slices == 0)
		return 1;
	temp_store_open_in(&t, bench_folder());
	bench_areas(t.s);
	beside = checkpoint_start(t.s, t.url);
	cpu = cpu_s();
	for (int64_t i = 0; i < slices; i++) {
		each[i] = bench_import_slice(t.s, i);
		took += each[i];
		late += each[i] > 30000;
	}
	took += settled = bench_settle(t.s);
	cpu = cpu_s() - cpu;
	qsort(each, (size_t)slices, sizeof *each, by_value);
	checkpoint_stop(beside);
	temp_store_close(&t);
	s_all = (double)took / 1e6;
	printf("import_rows_per_s %.0f rows %lld seconds %.1f cpu_us_per_row %.1f slice_ms_p50 %.1f"
	       " p99 %.1f max %.1f over_30ms %lld of %lld settle_s %.1f\n",
		(double)rows / s_all, (long long)rows, s_all, cpu * 1e6 / (double)rows,
		ms(each[slices / 2]), ms(each[slices * 99 / 100]), ms(each[slices - 1]),
		(long long)late, (long long)slices, (double)settled / 1e6);
	free(each);
	if (bench_number("BENCH_BARE", 1) == 0)
		return 0;
	cpu = cpu_s();
	bare = bench_bare_import(rows);
	cpu = cpu_s() - cpu;
	printf("bare_sqlite_rows_per_s %.0f cpu_us_per_row %.1f ratio %.2f\n", bare,
		cpu * 1e6 / (double)rows, bare / ((double)rows / s_all));
	return 0;
}
