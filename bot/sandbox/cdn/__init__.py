"""The CDN: serves files and avatars. Imports no REST endpoints."""
