"""The outbox: mails are written in the transaction that is their reason, and sent after it, one by one."""
