dnl Finding OpenSSL by pkg-config: we link libcrypto, and use the libssl that the tls package brings.

dnl SSLKEYS_OPENSSL
dnl   sets OPENSSL_CFLAGS OPENSSL_LIBS, and OPENSSL_SSL_LIBS for the load of the benchmark
AC_DEFUN([SSLKEYS_OPENSSL], [
AC_PATH_PROGS([PKG_CONFIG], [pkg-config pkgconf])
test -n "$PKG_CONFIG" || AC_MSG_ERROR([pkg-config not found])
AC_MSG_CHECKING([for OpenSSL 3.0 or newer])
if $PKG_CONFIG --exists 'libssl >= 3.0'; then
    OPENSSL_CFLAGS=`$PKG_CONFIG --cflags libssl libcrypto`
    OPENSSL_LIBS=`$PKG_CONFIG --libs libcrypto`
    OPENSSL_SSL_LIBS=`$PKG_CONFIG --libs libssl libcrypto`
    sslkeys_openssl=`$PKG_CONFIG --modversion libssl`
    AC_MSG_RESULT([$sslkeys_openssl])
else
    AC_MSG_RESULT([no])
    AC_MSG_ERROR([OpenSSL's development files not found (Debian: libssl-dev); PKG_CONFIG_PATH may name another place])
fi
AC_SUBST([OPENSSL_CFLAGS])
AC_SUBST([OPENSSL_LIBS])
AC_SUBST([OPENSSL_SSL_LIBS])
])
