#include "iofail.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <unistd.h>

#include "banned.h"

static struct {
	enum iofail_kind kind;
	bool armed, fired;
	int nth, calls;
} plan;
static pthread_t here;
static atomic_bool elsewhere;

void iofail_arm(int n, enum iofail_kind kind)
{
	plan.armed = true;
	plan.kind = kind;
	plan.fired = false;
	plan.nth = n;
	plan.calls = 0;
}

bool iofail_disarm(void)
{
	plan.armed = false;
	return plan.fired;
}

int iofail_calls(void)
{
	return plan.calls;
}

void iofail_sync_elsewhere(bool on)
{
	here = pthread_self();
	elsewhere = on;
}

static bool fails(bool is_sync)
{
	bool forever = plan.kind == IOFAIL_FOREVER || plan.kind == IOFAIL_FULL;
	bool of_writes = plan.kind == IOFAIL_FULL || plan.kind == IOFAIL_SHORT;
	int nth = plan.nth;

	if (elsewhere && is_sync && !pthread_equal(pthread_self(), here))
		return true;
	if (!plan.armed || (of_writes && is_sync) || (plan.kind == IOFAIL_SYNC && !is_sync))
		return false;
	plan.calls++;
	if (plan.kind == IOFAIL_SHORT)
		nth++; /* the one behind the short one */
	if (plan.calls != nth && !(forever && plan.calls > nth))
		return false;
	plan.fired = true;
	return true;
}

int fsync(int fd)
{
	static int (*real)(int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "fsync");
	if (fails(true)) {
		errno = EIO;
		return -1;
	}
	return real(fd);
}

int fdatasync(int fd)
{
	static int (*real)(int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
	if (fails(true)) {
		errno = EIO;
		return -1;
	}
	return real(fd);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	static ssize_t (*real)(int, const void *, size_t, off64_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
	if (fails(false)) {
		errno = ENOSPC;
		return -1;
	}
	if (plan.armed && plan.kind == IOFAIL_SHORT && plan.calls == plan.nth)
		n /= 2;
	return real(fd, bytes, n, at);
}
