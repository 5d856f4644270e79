#include "config_load.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "banned.h"

static const char *why_not(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return "没有这个文件";
	case EACCES:
		return "没有读取权限";
	case EISDIR:
		return "这是一个文件夹";
	case EINVAL:
		return "这不是普通文件";
	case EFBIG:
		return "文件太大";
	case EPERM:
		return "别人也能读这个文件,请执行 chmod 600";
	default:
		return strerror(error);
	}
}

/* 0, or errno. */
static int load(const char *path, mode_t forbidden, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), error = 0;
	struct stat st;
	char piece[4096];
	ssize_t n = 0;

	if (fd < 0)
		return errno;
	if (fstat(fd, &st) != 0)
		error = errno;
	else if (!S_ISREG(st.st_mode))
		error = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	else if (st.st_mode & forbidden)
		error = EPERM;
	while (error == 0 && (n = read(fd, piece, sizeof piece)) > 0)
		if (!buf_add(out, piece, (size_t)n))
			error = EFBIG;
	if (error == 0 && n < 0)
		error = errno;
	explicit_bzero(piece, sizeof piece);
	close(fd);
	return error;
}

const char *config_load(const char *path, struct buf *out)
{
	int error = load(path, 0, out);

	return error == 0 ? NULL : why_not(error);
}

const char *config_load_secret(const char *path, char *out, size_t n)
{
	static const char blanks[] = " \t\r\n";
	const char *why = NULL, *from;
	struct buf text;
	size_t len;
	int error;

	buf_init(&text, 4096);
	error = load(path, S_IRWXO, &text);
	from = buf_str(&text) + strspn(buf_str(&text), blanks);
	len = strcspn(from, "\r\n");
	while (len > 0 && strchr(blanks, from[len - 1]) != NULL)
		len--;
	if (error != 0)
		why = why_not(error);
	else if (len == 0)
		why = "文件是空的";
	else if (len >= n || from[len + strspn(from + len, blanks)] != '\0')
		why = "文件里只能有一行,而且不能太长";
	memset(out, 0, n);
	if (why == NULL)
		memcpy(out, from, len);
	if (text.data != NULL)
		explicit_bzero(text.data, text.cap);
	buf_free(&text);
	return why;
}
