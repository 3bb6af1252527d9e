"""The other AWS services: who answers what is not for Lambda, and how it gets there.

Lambda is one service of many, and its users want one URL for all. So a request whose signature names another service is
passed on as it came to a companion, which is moto's server in a process of ours, or any endpoint that the user names.
"""
