import COpenSSL

/// Lets OpenSSL keep what it holds until the process is gone. Its own cleanup at exit frees what threads that are still leaving use
/// (OPENSSL_init_crypto(3), `OPENSSL_INIT_NO_ATEXIT`); libpq, libcurl and password hashing have such threads.
///
/// Counts only before anything else uses OpenSSL.
func keepOpenSSLUntilExit() { OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) }
