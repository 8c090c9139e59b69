"""What a deployment uploads: function packages and layers, and the SDL and OpenAPI documents as AWS accepts them."""
