dnl The compiler: C++17, its warnings, its sanitizers.

dnl SSLKEYS_CXX17
dnl   sets CXX_STANDARD
AC_DEFUN([SSLKEYS_CXX17], [
AC_MSG_CHECKING([whether $CXX speaks C++17])
CXX_STANDARD=-std=c++17
sslkeys_saved=$CXXFLAGS
CXXFLAGS="$CXXFLAGS $CXX_STANDARD"
AC_LINK_IFELSE(
    [AC_LANG_PROGRAM([[#include <optional>
#include <string_view>
#if __cplusplus < 201703L
#error too old
#endif]], [[std::optional<std::string_view> word{"yes"}; return word ? 0 : 1;]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([a C++17 compiler is needed (Debian: g++ or clang)])])
CXXFLAGS=$sslkeys_saved
AC_SUBST([CXX_STANDARD])
])

dnl SSLKEYS_FLAGS
dnl   --enable-werror  turns warnings into errors; ours do so, a packager's build need not
dnl   --enable-asan    builds with the address and undefined-behaviour sanitizers
dnl   --disable-static-runtime  links the compiler's own libraries as shared ones, as a distribution may ask; within
dnl                    the module they save their search and binding at each start. It shows nothing of them, so
dnl                    they never meet those of another C++ extension
dnl   sets WARNING_FLAGS SANITIZER_FLAGS LINK_FLAGS
AC_DEFUN([SSLKEYS_FLAGS], [
WARNING_FLAGS="-Wall -Wextra -Wpedantic"
AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror], [treat warnings as errors])],
    [], [enable_werror=no])
test "$enable_werror" = no || WARNING_FLAGS="$WARNING_FLAGS -Werror"

SANITIZER_FLAGS=
LINK_FLAGS='-Wl,-z,defs'
AC_ARG_ENABLE([asan],
    [AS_HELP_STRING([--enable-asan], [build with AddressSanitizer and UBSan])],
    [], [enable_asan=no])
AC_ARG_ENABLE([static-runtime],
    [AS_HELP_STRING([--disable-static-runtime], [link libstdc++ and libgcc as shared libraries])],
    [], [enable_static_runtime=yes])
if test "$enable_static_runtime" != no; then
    sslkeys_saved=$LDFLAGS
    sslkeys_runtime="-static-libstdc++ -static-libgcc -Wl,--version-script=$srcdir/generic/exports.map"
    AC_MSG_CHECKING([whether the module can hold its C++ runtime])
    LDFLAGS="$LDFLAGS -shared -fPIC $sslkeys_runtime"
    AC_LINK_IFELSE([AC_LANG_SOURCE([[#include <string>
std::string repeat(const std::string& word) { return word + word; }]])],
        [AC_MSG_RESULT([yes])
         LINK_FLAGS="$LINK_FLAGS $sslkeys_runtime"],
        [AC_MSG_RESULT([no])])
    LDFLAGS=$sslkeys_saved
fi
if test "$enable_asan" != no; then
    SANITIZER_FLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
    LINK_FLAGS=
fi
case `uname -s` in Linux) ;; *) LINK_FLAGS= ;; esac
AC_SUBST([WARNING_FLAGS])
AC_SUBST([SANITIZER_FLAGS])
AC_SUBST([LINK_FLAGS])
])
