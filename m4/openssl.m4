dnl Finding OpenSSL's libraries by pkg-config: libcrypto, and libssl for what the tls package sets up.

dnl SSLKEYS_OPENSSL
dnl   sets OPENSSL_CFLAGS OPENSSL_LIBS
AC_DEFUN([SSLKEYS_OPENSSL], [
AC_PATH_PROGS([PKG_CONFIG], [pkg-config pkgconf])
test -n "$PKG_CONFIG" || AC_MSG_ERROR([pkg-config not found])
AC_MSG_CHECKING([for OpenSSL 3.0 or newer])
if $PKG_CONFIG --exists 'libssl >= 3.0'; then
    OPENSSL_CFLAGS=`$PKG_CONFIG --cflags libssl libcrypto`
    OPENSSL_LIBS=`$PKG_CONFIG --libs libssl libcrypto`
    sslkeys_openssl=`$PKG_CONFIG --modversion libssl`
    AC_MSG_RESULT([$sslkeys_openssl])
else
    AC_MSG_RESULT([no])
    AC_MSG_ERROR([OpenSSL's development files not found (Debian: libssl-dev); PKG_CONFIG_PATH may name another place])
fi
AC_SUBST([OPENSSL_CFLAGS])
AC_SUBST([OPENSSL_LIBS])
])
